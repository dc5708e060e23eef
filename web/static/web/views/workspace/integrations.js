/** What ties a workspace to other programs: webhooks in both directions, and tokens. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { Tokens } from "../settings/tokens.js";
import { IncomingWebhooks } from "./incoming_webhooks.js";
import { OutgoingWebhooks } from "./outgoing_webhooks.js";
import { Section } from "./section.js";

/** @import { OfWorkspace } from "./workspace_settings.js" */

/** @param {OfWorkspace} props */
export const Integrations = ({ workspace }) => html`
  <${IncomingWebhooks} workspace=${workspace} />
  ${workspace.kind === "team" && html`<${OutgoingWebhooks} workspace=${workspace} />`}
  <${Section} title=${t("settings.tokens")}>
    <${Tokens} />
  <//>`;
