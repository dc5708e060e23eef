/** Go anywhere by its name: places, people and commands, or a search for what was typed. */
import { html, useEffect, useRef, useState, withValue } from "../../core.js";
import { t } from "../../i18n.js";
import { stripBidi } from "../../text.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icons.js";
import { Avatar, Name } from "../parts/people.js";
import { Unread } from "../unread.js";
import { entriesFor } from "./entries.js";

/** @import { Closing, Ref } from "../../../../types" */
/** @import { Doing, Entry } from "./entries.js" */

/** @param {Closing & Doing & {current: string}} props */
export function Switcher({ current, onClose, ...doing }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  /** @type {Ref<HTMLElement>} */
  const list = useRef(null);
  const entries = entriesFor(query, current, doing);
  const wanted = query.trim();
  if (wanted && doing.workspace)
    entries.push({
      key: "search",
      icon: "search",
      name: t("switcher.search", { query: stripBidi(wanted) }),
      rank: 0,
      run: () => doing.onSearch(wanted),
    });
  const chosen = Math.min(at, entries.length - 1);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen, wanted]);
  /** @param {string} value */
  const type = (value) => {
    setQuery(value);
    setAt(0);
  };
  /** @param {Entry | undefined} entry */
  const run = (entry) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const last = entries.length - 1;
    /** @type {Record<string, number>} */
    const ways = { ArrowDown: chosen + 1, ArrowUp: chosen - 1 };
    const to = ways[event.key];
    if (to !== undefined && !event.altKey) {
      event.preventDefault();
      setAt(to > last ? 0 : to < 0 ? last : to);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(entries[chosen]);
    }
  };
  return html`
    <${Dialog} title=${t("switcher.title")} onClose=${onClose}>
      <div class="switcher-box">
        <${Icon} name="search" />
        <input
          type="text"
          role="combobox"
          autofocus
          autocomplete="off"
          spellcheck=${false}
          maxlength="120"
          aria-label=${t("switcher.title")}
          aria-expanded="true"
          aria-controls="switcher-list"
          aria-autocomplete="list"
          aria-activedescendant=${entries.length ? `switcher-${chosen}` : undefined}
          placeholder=${t("switcher.hint")}
          value=${query}
          onInput=${withValue(type)}
          onKeyDown=${onKeyDown}
        />
      </div>
      <ul ref=${list} class="switcher-list" role="listbox" id="switcher-list" aria-label=${t("switcher.title")}>
        ${entries.map(
          (entry, i) => html`
            <li
              key=${entry.key}
              id=${`switcher-${i}`}
              role="option"
              aria-selected=${i === chosen}
              onPointerMove=${() => i !== chosen && setAt(i)}
              onClick=${() => run(entry)}
            >
              ${
                entry.person
                  ? html`
                    <${Avatar}
                      name=${entry.person.name}
                      url=${entry.person.avatar_url}
                      seed=${`user${entry.person.id}`}
                      size="tiny"
                    />`
                  : html`
                    <${Icon} name=${entry.icon} />`
              }
              <span class="switcher-name"><${Name}>${entry.name}<//></span>
              ${entry.hint && html`<span class="hint">${entry.hint}</span>`}
              <${Unread} count=${entry.unread ?? 0} />
            </li>`,
        )}
      </ul>
      ${entries.length === 0 && html`<p class="hint" role="status">${t("search.none")}</p>`}
    <//>`;
}
