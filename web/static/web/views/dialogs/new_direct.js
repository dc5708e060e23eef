/** The dialog that opens a direct conversation: with somebody whom one knows, else by an address. */
import * as api from "../../api.js";
import { html, useEffect, useLatestOnly, useState, withValue } from "../../core.js";
import { languageName, t } from "../../i18n.js";
import { app } from "../../state.js";
import { withToast } from "../../toasts.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { Waiting } from "../parts/lists.js";
import { Avatar, Name } from "../parts/people.js";
import { Status } from "../people/status.js";

/** @import { Closing, Person } from "../../../../types" */

const SHOWN = 20;
const TYPED_FOR = 200;

/** @param {Closing & {onPick: (person: Person) => void}} props */
export function NewDirect({ onPick, onClose }) {
  const { presence } = app.state;
  const [query, setQuery] = useState("");
  const [people, setPeople] = useState(/** @type {Person[] | null} */ (null));
  const begin = useLatestOnly();
  useEffect(() => {
    const timer = setTimeout(
      () => {
        const isToBeShown = begin();
        withToast(async () => {
          /** @type {{data: Person[]}} */
          const { data } = await api.get("/users", { q: query.trim(), per_page: SHOWN });
          if (isToBeShown()) setPeople(data);
        });
      },
      people ? TYPED_FOR : 0,
    );
    return () => clearTimeout(timer);
  }, [query]);
  /** @param {Person} person */
  const pick = (person) => {
    onClose();
    onPick(person);
  };
  /** @param {Record<string, string>} values */
  const submit = async ({ email }) => {
    /** @type {{data: Person}} */
    const { data } = await api.post("/direct-recipients/resolve", { email });
    pick(data);
  };
  return html`
    <${Dialog} title=${t("direct.new")} onClose=${onClose}>
      <input
        type="search"
        autofocus
        autocomplete="off"
        maxlength="120"
        aria-label=${t("direct.who")}
        placeholder=${t("direct.who")}
        value=${query}
        onInput=${withValue(setQuery)}
      />
      ${!people && html`<${Waiting} />`}
      ${people?.length === 0 && html`<p class="hint" role="status">${t("direct.nobody")}</p>`}
      <ul class="people">
        ${people?.map(
          (person) => html`
            <li key=${person.id}>
              <button type="button" class="found person-row" onClick=${() => pick(person)}>
                <span class=${`presence ${presence[person.id] ?? ""}`}>
                  <${Avatar} name=${person.name} url=${person.avatar_url} seed=${`user${person.id}`} size="small" />
                </span>
                <span class="person">
                  <strong>
                    <${Name}>${person.name}<//>
                    ${person.name_reading && html` <span class="reading"><${Name}>${person.name_reading}<//></span>`}
                    <${Status} person=${person} />
                  </strong>
                  ${person.title && html`<span class="hint"><${Name}>${person.title}<//></span>`}
                </span>
                ${person.language && html`<span class="hint">${languageName(person.language)}</span>`}
              </button>
            </li>`,
        )}
      </ul>
      <details class="by-address">
        <summary>${t("direct.byEmail")}</summary>
        <${Form}
          submit=${submit}
          button=${t("direct.open")}
          fields=${[{ name: "email", type: "email", label: t("direct.email"), autocomplete: "off" }]}
        />
      </details>
    <//>`;
}
