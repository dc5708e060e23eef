/** A workspace's glossary as a table: terms that are kept, or always translated in the same way. */
import * as api from "../../api.js";
import { html, useEffect, useState, withValue } from "../../core.js";
import { CODES, languageName, t } from "../../i18n.js";
import { isModerator } from "../../workspaces.js";
import { Confirm } from "../dialogs/confirm.js";
import { Dialog } from "../parts/dialog.js";
import { Form } from "../parts/form.js";
import { Icon, IconButton } from "../parts/icons.js";
import { Waiting } from "../parts/lists.js";
import { ImportButton } from "./glossary_import.js";
import { More, usePages } from "./pages.js";
import { Section, SwitchField } from "./section.js";

/** @import { TermResource } from "../../../../schema" */
/** @import { Closing } from "../../../../types" */
/** @import { OfWorkspace } from "./workspace_settings.js" */

const SEARCH_AFTER = 250;

/** @typedef {{kind: "edit" | "delete", row: TermResource} | {kind: "new", row?: undefined} | null} Asked */

/** @param {OfWorkspace} props */
export function Glossary({ workspace }) {
  const path = `/workspaces/${workspace.id}/glossary`;
  const mayChange = isModerator(workspace);
  const [typed, setTyped] = useState("");
  const [query, setQuery] = useState("");
  const [asked, setAsked] = useState(/** @type {Asked} */ (null));
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed.trim()), SEARCH_AFTER);
    return () => clearTimeout(timer);
  }, [typed]);
  /** @type {ReturnType<typeof usePages<TermResource>>} */
  const pages = usePages(path, { q: query || undefined });
  const close = () => setAsked(null);
  return html`
    <${Section} title=${t("workspace.tab.glossary")} lead=${t("glossary.lead")}>
      <div class="form-end">
        ${
          mayChange &&
          html`
            <button type="button" class="button primary" onClick=${() => setAsked({ kind: "new" })}>
              <${Icon} name="plus" /> ${t("glossary.add")}
            </button>
            <${ImportButton} path=${path} onDone=${pages.reload} />`
        }
        <a class="button" href=${`/api/v1${path}/export`} download="glossary.csv">
          <${Icon} name="save" /> ${t("glossary.export")}
        </a>
      </div>
      <div class="search-box bare">
        <${Icon} name="search" />
        <input
          type="search"
          value=${typed}
          maxlength="200"
          aria-label=${t("glossary.search")}
          placeholder=${t("glossary.search")}
          onInput=${withValue(setTyped)}
        />
      </div>
      ${
        pages.rows === null
          ? html`
            <${Waiting} />`
          : pages.rows.length === 0
            ? html`<p class="hint">${query ? t("search.none") : t("glossary.none")}</p>`
            : html`
              <${Terms} rows=${pages.rows} mayChange=${mayChange} setAsked=${setAsked} />`
      }
      <${More} pages=${pages} />
      ${
        (asked?.kind === "new" || asked?.kind === "edit") &&
        html`
          <${EditTerm} path=${path} row=${asked.row} onDone=${pages.reload} onClose=${close} />`
      }
      ${
        asked?.kind === "delete" &&
        html`
          <${Confirm}
            title=${t("glossary.delete", { term: asked.row.term })}
            button=${t("message.delete")}
            work=${async () => {
              await api.remove(`${path}/${asked.row.id}`);
              await pages.reload();
            }}
            onClose=${close}
          >
            ${t("glossary.deleteSure")}
          <//>`
      }
    <//>`;
}

/** @param {{rows: TermResource[], mayChange: boolean, setAsked: (asked: Asked) => void}} props */
const Terms = ({ rows, mayChange, setAsked }) => html`
  <div class="table-scroll" tabindex="0" role="region" aria-label=${t("glossary.table")}>
    <table class="grid">
      <thead>
        <tr>
          <th scope="col">${t("glossary.term")}</th>
          <th scope="col">${t("glossary.rendering")}</th>
          <th scope="col">${t("workspace.from")}</th>
          <th scope="col">${t("workspace.into")}</th>
          <th scope="col">${t("glossary.rules")}</th>
          ${mayChange && html`<td></td>`}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`
            <tr key=${row.id}>
              <th scope="row" lang=${row.source || undefined}>
                <bdi>${row.term}</bdi>
              </th>
              <td lang=${row.target || undefined}>
                ${row.rendering ? html`<bdi>${row.rendering}</bdi>` : html`<em>${t("glossary.kept")}</em>`}
              </td>
              <td>${row.source ? languageName(row.source) : t("glossary.any")}</td>
              <td>${row.target ? languageName(row.target) : t("glossary.any")}</td>
              <td>${rulesOf(row)}</td>
              ${
                mayChange &&
                html`
                  <td class="cell-tools">
                    <${IconButton}
                      name="edit"
                      label=${t("glossary.edit", { term: row.term })}
                      onClick=${() => setAsked({ kind: "edit", row })}
                    />
                    <${IconButton}
                      name="trash"
                      label=${t("glossary.delete", { term: row.term })}
                      onClick=${() => setAsked({ kind: "delete", row })}
                    />
                  </td>`
              }
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

/** @param {TermResource} row */
const rulesOf = (row) =>
  [row.case_sensitive && t("glossary.caseShort"), row.inside_words && t("glossary.insideShort")]
    .filter(Boolean)
    .join(", ");

/** @param {Closing & {path: string, row?: TermResource, onDone: () => unknown}} props */
function EditTerm({ path, row, onDone, onClose }) {
  /** @param {Record<string, string>} values */
  const submit = async ({ term, rendering, source, target, case_sensitive, inside_words }) => {
    const body = {
      term,
      rendering,
      source,
      target,
      case_sensitive: case_sensitive === "on",
      inside_words: inside_words === "on",
    };
    await (row ? api.patch(`${path}/${row.id}`, body) : api.post(path, body));
    onClose();
    await onDone();
  };
  return html`
    <${Dialog} title=${row ? t("glossary.edit", { term: row.term }) : t("glossary.add")} onClose=${onClose}>
      <${Form}
        submit=${submit}
        button=${t("save")}
        fields=${[
          {
            name: "term",
            label: t("glossary.term"),
            maxlength: 200,
            defaultValue: row?.term,
            autofocus: true,
            autocomplete: "off",
          },
          {
            name: "rendering",
            label: t("glossary.rendering"),
            hint: t("glossary.renderingHint"),
            maxlength: 200,
            defaultValue: row?.rendering,
            autocomplete: "off",
          },
          { name: "source", as: "select", label: t("workspace.from"), children: languageOptions(row?.source) },
          { name: "target", as: "select", label: t("workspace.into"), children: languageOptions(row?.target) },
        ]}
      >
        <${SwitchField} name="case_sensitive" label=${t("glossary.case")} checked=${row?.case_sensitive} />
        <${SwitchField} name="inside_words" label=${t("glossary.inside")} checked=${row?.inside_words} />
      <//>
    <//>`;
}

/** @param {string | undefined} chosen */
const languageOptions = (chosen) => html`
  <option value="">${t("glossary.any")}</option>
  ${CODES.map(
    (code) => html`
      <option key=${code} value=${code} selected=${code === chosen}>
        ${languageName(code)}
      </option>`,
  )}`;
