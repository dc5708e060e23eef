/** One's access tokens. */
import * as api from "../../api.js";
import { html, useState } from "../../core.js";
import { moment, t } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { copy, withToast } from "../../toasts.js";
import { Form } from "../parts/form.js";
import { IconButton } from "../parts/icons.js";
import { useRows, Waiting } from "../parts/lists.js";

/** @import { ListedTokenAnswer, NewTokenAnswer } from "../../../../schema" */
/** @import { Rows } from "../../../../types" */

const ABILITIES = [
  "*",
  "automation:messages",
  "temporary-rooms:create",
  "temporary-rooms:read",
  "temporary-rooms:extend",
  "temporary-rooms:close",
];

/** What a token may do, as a sentence where there is one. @param {ListedTokenAnswer} row */
const abilitiesOf = (row) =>
  row.abilities.every((ability) => ability.startsWith("temporary-rooms:"))
    ? t("tokens.rooms")
    : row.abilities
        .map((ability) => (["*", "automation:messages"].includes(ability) ? t(`tokens.${ability}`) : ability))
        .join(", ");

export function Tokens() {
  /** @type {Rows<ListedTokenAnswer>} */
  const { rows, load, isMissing } = useRows("/me/tokens");
  const [token, setToken] = useState("");
  if (isMissing) return html`<p class="hint">${t("notYet")}</p>`;
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const submit = async ({ name, ability }, form) => {
    /** @type {NewTokenAnswer} */
    const { data } = await api.post("/me/tokens", {
      name,
      abilities: ability === "rooms" ? ABILITIES.slice(2) : [ability],
    });
    setToken(data.token);
    form.reset();
    await load();
  };
  return html`
    <p class="hint">${t("tokens.lead")}</p>
    ${
      token &&
      html`
        <p class="notice" role="status">
          ${t("tokens.once")} <code class="secret">${token}</code>${" "}
          <${IconButton} name="copy" label=${t("copy")} onClick=${() => copy(token)} />
        </p>`
    }
    <${Form}
      submit=${submit}
      button=${t("create")}
      fields=${[
        { name: "name", label: t("name"), maxlength: 255 },
        {
          name: "ability",
          as: "select",
          label: t("tokens.ability"),
          children: html`
            ${["*", "automation:messages", "rooms"].map(
              (ability) => html`
                <option key=${ability} value=${ability}>
                  ${t(`tokens.${ability}`)}
                </option>`,
            )}`,
        },
      ]}
    />
    ${
      rows === null
        ? html`
          <${Waiting} />`
        : html`
          <ul class="rows">
            ${rows.map(
              (row) => html`
                <li key=${row.id}>
                  <span class="person">
                    <strong>${stripBidi(row.name)}</strong>
                    <span class="hint">
                      ${abilitiesOf(row)} ·${" "}
                      ${row.last_used_at ? t("tokens.used", { date: moment(row.last_used_at) }) : t("tokens.unused")}
                    </span>
                  </span>
                  <button
                    type="button"
                    class="button"
                    onClick=${() =>
                      withToast(async () => {
                        await api.remove(`/me/tokens/${row.id}`);
                        await load();
                      })}
                  >
                    ${t("tokens.revoke")}
                  </button>
                </li>`,
            )}
          </ul>`
    }`;
}
