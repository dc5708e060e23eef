/** Whether the realtime stream is there. */
import { classes, html, useEffect, useState } from "../core.js";
import { t } from "../i18n.js";
import { app } from "../state.js";

/** Says that the connection is gone, once it is gone for more than a moment. */
export function LinkState() {
  const { link, error } = app.state;
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (link === "online") return setLate(false);
    const timer = setTimeout(() => setLate(true), 1200);
    return () => clearTimeout(timer);
  }, [link === "online"]);
  return html`
    <div class=${classes("link-state", (isLate || error) && "on")} role="status">
      ${
        isLate
          ? html`
            <span class="spinner"></span> ${t("link.lost")}`
          : error
            ? error.sentence
            : ""
      }
    </div>`;
}
