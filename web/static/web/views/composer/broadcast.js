/** Of a reply: whether it is sent to the conversation too. */
import { html } from "../../core.js";
import { t } from "../../i18n.js";
import { stripBidi } from "../../text.js";

/** @import { On, Room } from "../../../../types" */

/** @param {{room: Room, isOn: boolean, onChange: (isOn: boolean) => void}} props */
export const Broadcast = ({ room, isOn, onChange }) => html`
  <label class="broadcast">
    <input
      type="checkbox"
      checked=${isOn}
      onChange=${(/** @type {On<HTMLInputElement>} */ event) => onChange(event.currentTarget.checked)}
    />
    ${
      room.hasChannel && room.title
        ? t("thread.broadcast", { name: stripBidi(room.title) })
        : t("thread.broadcastDirect")
    }
  </label>`;
