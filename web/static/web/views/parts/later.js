/** Views that most first visits do not need: their modules are fetched when they are shown. */
import { html, setting, useEffect, useState } from "../../core.js";
import { Waiting } from "./lists.js";

/** @import { VNode } from "../../../../types" */

const AGAIN_AFTER = 3000;

/**
 * The view that `load` fetches, and a sign of waiting until it is here.
 *
 * @template {object} Props
 * @param {() => Promise<(props: Props) => VNode>} load
 */
export function later(load) {
  /** @type {((props: Props) => VNode) | null} */
  let View = null;
  return (/** @type {Props} */ props) => {
    const [, again] = useState(0);
    useEffect(() => {
      if (View) return undefined;
      let isStale = false;
      const fetchView = () =>
        load().then(
          (view) => {
            View = view;
            if (!isStale) again(1);
          },
          // The network was unavailable: the next try may find it back.
          () => isStale || setTimeout(fetchView, AGAIN_AFTER),
        );
      preloadRest();
      fetchView();
      return () => {
        isStale = true;
      };
    }, []);
    return View
      ? html`
        <${View} ...${props} />`
      : html`
        <main class="starting">
          <${Waiting} />
        </main>`;
  };
}

/** Fetch what the page did not name yet side by side, not one level of imports after the other. */
function preloadRest() {
  const rest = setting("modules").split(" ").filter(Boolean);
  document.head.append(
    ...rest.map((href) => Object.assign(document.createElement("link"), { rel: "modulepreload", href })),
  );
}
