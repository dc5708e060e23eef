/** The rules that the web client's code keeps: ESLint's recommended ones and a few of ours. */
import { createRequire } from "node:module";

// npx keeps ESLint and its packages in a folder of its own, which nothing here could import from otherwise.
const js = createRequire(process.argv[1])("@eslint/js");

export default [
  { ignores: ["static/web/vendor/", "tests/vendor/"] },
  js.configs.recommended,
  {
    rules: {
      // The type checker knows the browser's names.
      "no-undef": "off",
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      // A name says a role: none of these does.
      "id-denylist": ["error", "found", "told", "one", "made", "said"],
    },
  },
];
