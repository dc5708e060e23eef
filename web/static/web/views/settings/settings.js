/** One's own account, a section at a time. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { Blocks } from "../blocks.js";
import { Notifications } from "../notifications.js";
import { Dialog } from "../parts/dialog.js";
import { Data } from "./data.js";
import { Files } from "./files.js";
import { Languages } from "./languages.js";
import { Profile } from "./profile.js";
import { Security } from "./security.js";
import { Tokens } from "./tokens.js";

/** @import { Closing, VNode } from "../../../../types" */

/** @type {Record<string, () => VNode>} */
const SECTIONS = {
  profile: Profile,
  languages: Languages,
  security: Security,
  notifications: Notifications,
  blocks: Blocks,
  tokens: Tokens,
  files: Files,
  data: Data,
};

/** @param {Closing & {section: string}} props */
export function Settings({ section, onClose }) {
  const View = SECTIONS[section] ?? Profile;
  return html`
    <${Dialog} title=${t("settings.title")} wide onClose=${onClose}>
      <div class="settings">
        <nav class="settings-nav" aria-label=${t("settings.title")}>
          ${Object.keys(SECTIONS).map(
            (name) => html`
              <a
                key=${name}
                href=${`/w/settings/${name}`}
                data-go
                aria-current=${name === section ? "page" : undefined}
              >
                ${t(`settings.${name}`)}
              </a>`,
          )}
        </nav>
        <div class="settings-body" key=${section}>
          <${View} />
        </div>
      </div>
    <//>`;
}
