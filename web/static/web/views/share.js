/** What another app shares with the installed client: it becomes a draft of the conversation that is chosen. */
import { html, tabStore, useObserved } from "../core.js";
import { t } from "../i18n.js";
import { placePage } from "../places.js";
import { go } from "../router.js";
import { app } from "../state.js";
import { stripBidi } from "../text.js";
import { Empty, Waiting } from "./parts/lists.js";

/** @import { Listed, Workspace } from "../../../types" */

const MOST_LETTERS = 8000;

/** @param {{query: URLSearchParams}} props */
export function Share({ query }) {
  useObserved(app);
  const { workspaces, channels, directs, me } = app.state;
  const parts = ["title", "text", "url"].map((name) => query.get(name)?.trim() ?? "");
  // Apps give the address as the text too.
  const text = [...new Set(parts.filter(Boolean))].join("\n").slice(0, MOST_LETTERS);
  /** @param {Listed} row @param {Workspace | undefined} workspace */
  const choose = (row, workspace) => {
    const name = `draft.${me.id}.${row.id}.`;
    const before = /** @type {{text: string, mentions: [string, string][]} | null} */ (tabStore.get(name));
    tabStore.set(name, { text: [before?.text, text].filter(Boolean).join("\n"), mentions: before?.mentions ?? [] });
    go(placePage(row, workspace), { replace: true });
  };
  /** @param {Listed} row @param {Workspace | undefined} workspace @param {string} name */
  const entry = (row, workspace, name) => html`
    <li key=${row.id}>
      <button type="button" class="found" onClick=${() => choose(row, workspace)}>
        ${stripBidi(name)}
      </button>
    </li>`;
  if (!text) return html`<main class="share"><${Empty} whole icon="forth" title=${t("share.nothing")} /></main>`;
  return html`
    <main class="share">
      <h1>${t("share.title")}</h1>
      <blockquote>${text}</blockquote>
      ${app.state.link !== "online" && workspaces.length === 0 && html`<${Waiting} />`}
      ${
        directs.length > 0 &&
        html`
          <h2>${t("directs.title")}</h2>
          <ul class="people">
            ${directs.map((row) => entry(row, workspaces[0], row.participant?.name ?? ""))}
          </ul>`
      }
      ${workspaces.map(
        (workspace) => html`
          <h2 key=${workspace.id}>${stripBidi(workspace.name)}</h2>
          <ul class="people">
            ${(channels[workspace.id] ?? []).map((row) => entry(row, workspace, `#${row.name}`))}
          </ul>`,
      )}
    </main>`;
}
