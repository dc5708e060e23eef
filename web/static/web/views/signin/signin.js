/** The page of everybody who is not signed in. */
import { html, useState } from "../../core.js";
import { ByCode } from "./by_code.js";
import { ByPassword } from "./by_password.js";
import { Forgot } from "./forgotten.js";
import { Providers } from "./providers.js";
import { Register } from "./register.js";
import { Welcome } from "./welcome.js";

/** @import { Children } from "../../../../types" */
/** @import { Way } from "./fields.js" */

/**
 * The page of everybody who is not signed in. `notice` is shown above, `onDone` follows a sign-in.
 *
 * @param {{notice?: Children, onDone?: () => void}} props
 */
export function SignIn({ notice, onDone }) {
  const [way, setWay] = useState(/** @type {Way} */ ("password"));
  const [address, setAddress] = useState("");
  const Way = { password: ByPassword, code: ByCode, register: Register, forgot: Forgot }[way];
  return html`
    <${Welcome}>
      ${notice}
      <${Way} setWay=${setWay} address=${address} setAddress=${setAddress} onDone=${onDone ?? (() => {})} />
      ${way !== "forgot" && html`<${Providers} />`}
    <//>`;
}
