/** The settings of a workspace: a page of its own with a tab for each matter, by what the reader may do there. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { settingsPage } from "../../paths.js";
import { isModerator } from "../../workspaces.js";
import { LinkState } from "../link_state.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Name } from "../parts/people.js";
import { Channels } from "./channels.js";
import { General } from "./general.js";
import { Glossary } from "./glossary.js";
import { Integrations } from "./integrations.js";
import { People } from "./people.js";
import { Reports } from "./reports.js";
import { VisitorRooms } from "./visitor_rooms.js";

/** @import { VNode, Workspace } from "../../../../types" */

/** @typedef {{workspace: Workspace}} OfWorkspace */
/** @typedef {{View: (props: OfWorkspace) => VNode, isFor: (workspace: Workspace) => boolean}} Tab */

const everybody = () => true;

/** @type {Record<string, Tab>} */
const TABS = {
  general: { View: General, isFor: everybody },
  people: { View: People, isFor: everybody },
  channels: { View: Channels, isFor: isModerator },
  integrations: { View: Integrations, isFor: isModerator },
  glossary: { View: Glossary, isFor: everybody },
  reports: { View: Reports, isFor: isModerator },
  rooms: { View: VisitorRooms, isFor: everybody },
};

/** @param {{workspace: Workspace, section: string, onMenu: () => void}} props */
export function WorkspaceSettings({ workspace, section, onMenu }) {
  const tabs = Object.entries(TABS).filter(([, tab]) => tab.isFor(workspace));
  const shown = tabs.some(([name]) => name === section) ? section : "general";
  const { View } = TABS[shown];
  return html`
    <main id="main" class="stage" tabindex="-1">
      <${LinkState} />
      <header class="stage-head">
        <${IconButton} class="menu-toggle" name="menu" label=${t("nav.open")} onClick=${onMenu} />
        <a class="icon-button" href=${`/w/${workspace.id}`} data-go aria-label=${t("back")} title=${t("back")}>
          <${Icon} name="back" />
        </a>
        <h1 class="stage-title">
          <${Name}>${workspace.name}<//> · ${t("workspace.settings")}
        </h1>
      </header>
      <div class="workspace-settings">
        <nav class="settings-nav" aria-label=${t("workspace.settings")}>
          ${tabs.map(
            ([name]) => html`
              <a
                key=${name}
                href=${settingsPage(workspace.id, name)}
                data-go
                aria-current=${name === shown ? "page" : undefined}
              >
                ${t(`workspace.tab.${name}`)}
              </a>`,
          )}
        </nav>
        <div class="workspace-settings-body">
          <div class="settings-body" key=${`${workspace.id} ${shown}`}>
            <${View} workspace=${workspace} />
          </div>
        </div>
      </div>
    </main>`;
}
