/** Where the reader's sidebar shows a conversation: entries of its menu. */
import * as api from "../../api.js";
import { loadArrangement, place, placementOf, sectionsIn } from "../../arrangement.js";
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { channelPath } from "../../paths.js";
import { go } from "../../router.js";
import { stripBidi } from "../../text.js";
import { toast, withToast } from "../../toasts.js";
import { MenuItem } from "../parts/menu.js";

/** @import { Listed, Placement } from "../../../../types" */

/** @param {{row: Listed}} props */
export function Placing({ row }) {
  const { is_favourite: isFavourite, is_muted: isMuted, is_hidden: isHidden, section_id: chosen } = placementOf(row.id);
  const sections = sectionsIn(row.workspace_id);
  const isOpen = row.workspace_id && row.visibility === "public" && !row.has_password;
  /** @param {Partial<Placement>} changes */
  const change = (changes) => withToast(() => place(row, changes));
  const hide = () =>
    withToast(async () => {
      if (row.workspace_id) await api.post(`${channelPath(row.workspace_id, row.id)}/leave`);
      else await place(row, { is_hidden: true });
      await loadArrangement();
      if (row.workspace_id) toast(t("channel.left", { name: stripBidi(row.name ?? "") }));
      go(row.workspace_id ? `/w/${row.workspace_id}` : "/");
    });
  return html`
    <${MenuItem} icon="star" onClick=${() => change({ is_favourite: !isFavourite })}>
      ${t(isFavourite ? "place.unfavourite" : "place.favourite")}
    <//>
    <${MenuItem} icon=${isMuted ? "bell" : "muted"} onClick=${() => change({ is_muted: !isMuted })}>
      ${t(isMuted ? "place.unmute" : "place.mute")}
    <//>
    ${
      (isOpen || row.participant) &&
      !isHidden &&
      html`
        <${MenuItem} icon="out" onClick=${hide}>
          ${t(isOpen ? "channel.leave" : "place.hide")}
        <//>`
    }
    ${
      row.workspace_id &&
      sections.length > 0 &&
      html`
        <div class="menu-label" id="sections">${t("section.choose")}</div>
        <div role="group" aria-labelledby="sections">
          ${[{ id: null, name: t("section.none") }, ...sections].map(
            ({ id, name }) => html`
              <${MenuItem} key=${id} checked=${id === chosen} onClick=${() => change({ section_id: id })}>
                ${stripBidi(name)}
              <//>`,
          )}
        </div>`
    }`;
}
