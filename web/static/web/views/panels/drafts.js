/** What the reader has begun to write, wherever that is. */
import { html, useObserved } from "../../core.js";
import { drafts } from "../../drafts.js";
import { moment, t } from "../../i18n.js";
import { directPage } from "../../paths.js";
import { stripBidi } from "../../text.js";
import { withMentions } from "../../tokens.js";
import { findListed } from "../../workspaces.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Empty } from "../parts/lists.js";
import { Name } from "../parts/people.js";
import { Unread } from "../unread.js";
import { Panel } from "./panel.js";

/** @import { Closing, Workspace } from "../../../../types" */
/** @import { Draft } from "../../drafts.js" */

/** The sidebar's way to the drafts, while there are any. @param {{onOpen: () => void}} props */
export function DraftsLink({ onOpen }) {
  useObserved(drafts);
  const count = drafts.all.length;
  return (
    count > 0 &&
    html`
      <button type="button" class="place drafts-link" onClick=${onOpen}>
        <${Icon} name="edit" />
        <span class="place-name">${t("drafts.title")}</span>
        <${Unread} count=${count} label=${t("drafts.count", { count })} />
      </button>`
  );
}

/** @param {Closing & {workspace: Workspace | undefined}} props */
export function DraftsPanel({ workspace, onClose }) {
  useObserved(drafts);
  const rows = drafts.all;
  return html`
    <${Panel} title=${t("drafts.title")} onClose=${onClose}>
      <div class="panel-body" tabindex="0" role="region" aria-label=${t("drafts.title")}>
        ${
          rows.length
            ? html`
              <ul class="founds">
                ${rows.map(
                  (row) => html`
                    <${DraftRow} key=${`${row.conversation} ${row.parent}`} row=${row} workspace=${workspace} />`,
                )}
              </ul>`
            : html`
              <${Empty} icon="edit" title=${t("drafts.none")}>
                ${t("drafts.hint")}
              <//>`
        }
      </div>
    <//>`;
}

/** @param {{row: Draft, workspace: Workspace | undefined}} props */
function DraftRow({ row, workspace }) {
  const listed = findListed(row.conversation);
  const isDirect = Boolean(listed?.participant);
  const page = isDirect
    ? directPage(workspace, row.conversation)
    : `/w/${listed?.workspace_id ?? row.workspace}/c/${row.conversation}`;
  const name = stripBidi(listed?.name ?? listed?.participant?.name ?? "");
  return html`
    <li class="draft-row">
      <a class="found" href=${row.parent ? `${page}?at=${row.parent}` : page} data-go>
        <strong>
          ${isDirect ? "" : "#"}<${Name}>${name}<//>
          ${row.parent && html`<span class="hint"> · ${t("thread.title")}</span>`}
        </strong>
        <span class="found-text" dir="auto">${withMentions(row.content, (mentioned) => `@${mentioned}`)}</span>
        <span class="hint">${moment(row.at)}</span>
      </a>
      <${IconButton}
        name="trash"
        label=${t("drafts.discard", { name })}
        onClick=${() => drafts.keep(row.conversation, row.parent, "")}
      />
    </li>`;
}
