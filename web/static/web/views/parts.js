/** Small pieces that every page uses: icons, avatars, dialogs, fields and a menu. */
import { all, ApiError, pathOf } from "../api.js";
import {
  classes,
  html,
  Store,
  useEffect,
  useLayoutEffect,
  useObserved,
  useRef,
  useState,
  useLatestOnly,
} from "../core.js";
import { t } from "../i18n.js";
import { app } from "../state.js";
import { stripBidi } from "../text.js";

/** @import { Children, Closing, On, Ref, Rows, VNode } from "../../../types" */

const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM20 20l-4-4",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v5",
  thread: "M5 5h14v10H10l-5 4z",
  reply: "M10 7l-5 5 5 5M5 12h9a5 5 0 0 1 5 5v1",
  smile: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5h.01M15 9.5h.01",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  send: "M4 12l16-8-6 16-3-7z",
  clip: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.5 17a1.7 1.7 0 0 1-2.4-2.4L14.5 7",
  globe: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9s.5-6 3.5-9z",
  translate: "M4 6h9M8.5 4v2M11 6c-.8 4-3.5 7-7 8.5M6 9c1 2.5 3 4.5 5.5 5.5M12 20l4.5-10L21 20M13.5 17h6",
  gear: "M4 8h8M18 8h2M15 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM4 16h2M12 16h8M9 13a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  people:
    "M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z" +
    "M3 20c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M16 5.5a3 3 0 0 1 0 6M17.5 15c2.2.6 3.5 2.3 3.5 5",
  down: "M6 9l6 6 6-6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  hash: "M9 4L7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v3M12 19v3M22 12h-3M5 12H2M19 5l-2 2M7 17l-2 2M19 19l-2-2M7 7L5 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  out: "M10 5H5v14h5M14 8l4 4-4 4M18 12H9",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  eye:
    "M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12z" +
    "M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  block: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM5.700 5.700l12.600 12.600",
  flag: "M6 21V4h11l-2 4 2 4H6",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  again: "M20 12a8 8 0 1 1-2.5-5.8M20 4v4.5h-4.5",
  at: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zm0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-4 7.5",
  clock: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 7v5l3.5 2",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 21h4",
  warn: "M12 4l9 16H3zM12 10v4M12 17h.01",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {{name: IconName, class?: string}} props */
export const Icon = ({ name, class: more }) => html`
  <svg class=${classes("icon", name === "more" && "solid", more)} viewBox="0 0 24 24" aria-hidden="true">
    <path d=${PATHS[name]} />
  </svg>`;

/**
 * A button that is an icon: its label is its name and its tooltip.
 *
 * @param {{name: IconName, label: string, class?: string} & Record<string, unknown>} props
 */
export const IconButton = ({ name, label, class: more, ...rest }) => html`
  <button type="button" class=${classes("icon-button", more)} aria-label=${label} title=${label} ...${rest}>
    <${Icon} name=${name} />
  </button>`;

/** Rosetta's sign: one line in three languages. */
export const Logo = () => html`
  <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
    <path
      class="logo-stone"
      d="M7 3h17a5 5 0 0 1 5 5v12a5 5 0 0 1-5 5h-9l-6 5v-5H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z"
    />
    <path class="logo-lines" d="M9 10h14M9 14.500h10M9 19h12" />
  </svg>`;

/** Neighbouring ids get colours far apart. @param {string} key */
const hue = (key) =>
  ([...key].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) * 137) % 360;

/**
 * What may be loaded of an avatar's address: our own pictures by path, as the service has several names, others over
 * https.
 *
 * @param {string | null | undefined} address
 */
const pictureOf = (address, url = address ?? "") =>
  /\/api\/v1\/files\/[0-9a-z]{26}\/download$/.test(url ?? "") ? pathOf(url) : /^https:/.test(url ?? "") ? url : "";

/**
 * `seed` gives the colour where there is no picture.
 *
 * @param {{name?: string, url?: string | null, seed: string, size?: string}} props
 */
export function Avatar({ name, url, seed, size = "" }) {
  const [isBroken, setBroken] = useState(false);
  const first = Array.from((name ?? "").trim())[0] ?? "?";
  const source = pictureOf(url);
  if (source && !isBroken) {
    return html`
      <img
        class=${classes("avatar", size)}
        src=${source}
        alt=""
        loading="lazy"
        referrerpolicy="no-referrer"
        onError=${() => setBroken(true)}
      />`;
  }
  return html`
    <span class=${classes("avatar", size)} style=${{ "--hue": hue(seed) }} aria-hidden="true">
      ${first.toLocaleUpperCase()}
    </span>`;
}

/** Somebody's name: its own direction, and no marks that turn its neighbours. @param {{children?: string}} props */
export const Name = ({ children }) => html`<bdi>${stripBidi(children)}</bdi>`;

/** The open dialogs, the last on top. */
const dialogs = new Store({ open: /** @type {object[]} */ ([]) });

/**
 * Toasts, by the topmost dialog: whatever is outside it is neither clear to see nor read aloud.
 *
 * @param {{within?: object}} props
 */
export function Toasts({ within }) {
  useObserved(app);
  useObserved(dialogs);
  const toasts = dialogs.state.open.at(-1) === within ? app.state.toasts : [];
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${toasts.map(
        (toast) => html`
          <p key=${toast.id} class=${`toast ${toast.kind}`}>
            ${toast.kind === "error" && html`<${Icon} name="warn" />`} ${toast.text}
          </p>`,
      )}
    </div>`;
}

/**
 * A modal dialog; the browser keeps the focus inside and gives it back.
 *
 * @param {Closing & {title: Children, wide?: boolean, children?: Children}} props
 */
export function Dialog({ title, onClose, wide, children }) {
  /** @type {Ref<HTMLDialogElement>} */
  const element = useRef(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    dialogs.set({ open: [...dialogs.state.open, element] });
    /** @type {HTMLElement | null} */
    const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector("h2");
    first?.focus();
    return () => {
      dialogs.set({ open: dialogs.state.open.filter((open) => open !== element) });
      // Before it goes: what had the focus cannot take it as long as the dialog is open, and gets it by this.
      dialog.close();
    };
  }, []);
  // What it may stand in, such as a panel, closes by Escape too.
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => event.key === "Escape" && event.stopPropagation();
  /** @param {Event} event */
  const onCancel = (event) => {
    // Who closes a chooser of files without choosing cancels that alone.
    if (event.target !== element.current) return;
    event.preventDefault();
    onClose();
  };
  /** @param {Event} event */
  const onClick = (event) => event.target === element.current && onClose();
  return html`
    <dialog
      ref=${element}
      class=${classes("dialog", wide && "wide")}
      aria-labelledby="dialog-title"
      onKeyDown=${onKeyDown}
      onCancel=${onCancel}
      onClick=${onClick}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id="dialog-title" tabindex="-1">
            ${title}
          </h2>
          <${IconButton} name="close" label=${t("close")} onClick=${onClose} />
        </header>
        ${children}
      </div>
      <${Toasts} within=${element} />
    </dialog>`;
}

let lastField = 0;

/**
 * What a field is; the rest are attributes of its element.
 *
 * @typedef {{
 *   label: string, hint?: string, as?: "input" | "select" | "textarea", children?: Children,
 * } & Record<string, unknown>} Input
 */

/** A labelled field; its errors are read aloud too. @param {Input & {errors?: string[]}} props */
export function Field({ label, hint, errors, as = "input", children, ...rest }) {
  const [id] = useState(() => `field-${(lastField += 1)}`);
  const description = errors?.length ? `${id}-error` : hint ? `${id}-hint` : undefined;
  const attributes = {
    id,
    "aria-describedby": description,
    "aria-invalid": errors?.length ? "true" : undefined,
    ...rest,
  };
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      ${
        as === "select"
          ? html`
            <select ...${attributes}>${children}</select>`
          : as === "textarea"
            ? html`
              <textarea ...${attributes}></textarea>`
            : html`
              <input ...${attributes} />`
      }
      ${
        hint &&
        !errors?.length &&
        html`
          <p class="hint" id=${`${id}-hint`}>
            ${hint}
          </p>`
      }
      ${
        Boolean(errors?.length) &&
        html`
          <p class="field-error" id=${`${id}-error`} role="alert">
            ${errors?.join(" ")}
          </p>`
      }
    </div>`;
}

/**
 * A form: `submit` gets its values; errors of the answer stand at their fields, others above the button.
 *
 * @param {{
 *   submit: (values: Record<string, string>, form: HTMLFormElement) => Promise<unknown>, button: string,
 *   fields: (Input & {name: string})[], children?: Children, class?: string, after?: Children, danger?: boolean,
 * }} props
 */
export function Form({ submit, button, fields, children, class: more, after, danger }) {
  const [errors, setErrors] = useState(/** @type {Record<string, string[]>} */ ({}));
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  /** @param {On<HTMLFormElement>} event */
  const onSubmit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    const form = event.currentTarget;
    const values = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
    setBusy(true);
    setProblem("");
    try {
      await submit(values, form);
      setErrors({});
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setErrors(error.status === 422 ? error.errors : {});
      setProblem(problemOf(error, fields));
    } finally {
      setBusy(false);
    }
  };
  return html`
    <form class=${classes("form", more)} onSubmit=${onSubmit} novalidate>
      ${fields.map(
        (field) => html`
          <${Field} key=${field.name} ...${field} errors=${errors[field.name]} />`,
      )}
      ${children}
      ${
        problem &&
        html`
          <p class="form-error" role="alert">
            <${Icon} name="warn" /> ${problem}
          </p>`
      }
      <div class="form-end">
        <button class=${classes("button primary", danger && "danger")} disabled=${isBusy} aria-busy=${isBusy}>
          ${button}
        </button>
        ${after}
      </div>
    </form>`;
}

/** What no field of the form shows. @param {ApiError} error @param {{name: string}[]} fields */
function problemOf(error, fields) {
  if (error.status === 403) return error.message;
  if (error.status !== 422) return error.sentence;
  const elsewhere = Object.entries(error.errors).filter(([name]) => fields.every((field) => field.name !== name));
  return elsewhere.flatMap(([, sentences]) => sentences).join(" ");
}

const EDGE = 8;
const GAP = 4;

/**
 * Show `element` beside `anchor` where there is room, whatever scrolls or clips around it.
 *
 * @param {HTMLElement} element
 * @param {Element} anchor
 */
export function float(element, anchor, align = "end") {
  const at = anchor.getBoundingClientRect();
  const above = at.top - GAP - EDGE;
  const below = innerHeight - at.bottom - GAP - EDGE;
  const isBelow = element.offsetHeight <= below || below >= above;
  const left = align === "start" ? at.left : at.right - element.offsetWidth;
  Object.assign(element.style, {
    maxHeight: `${isBelow ? below : above}px`,
    // By the edge that touches the anchor, as what is shown may grow and shrink.
    top: isBelow ? `${at.bottom + GAP}px` : "auto",
    bottom: isBelow ? "auto" : `${innerHeight - at.top + GAP}px`,
    left: `${Math.max(EDGE, Math.min(left, innerWidth - element.offsetWidth - EDGE))}px`,
  });
}

/**
 * A button that opens a list of actions beside it.
 *
 * @param {{
 *   label: string, icon?: IconName, class?: string, children?: Children, align?: "start" | "end", button?: VNode,
 * }} props
 */
export function Menu({ label, icon, class: more, children, align = "end", button }) {
  const [isOpen, setOpen] = useState(false);
  /** @type {Ref<HTMLElement>} */
  const root = useRef(null);
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const list = /** @type {HTMLElement} */ (root.current.querySelector(".menu-list"));
    float(list, root.current, align);
    /** @param {Event} event */
    const away = (event) => root.current?.contains(/** @type {Node} */ (event.target)) || setOpen(false);
    document.addEventListener("pointerdown", away);
    itemsIn(root.current)[0]?.focus();
    return () => document.removeEventListener("pointerdown", away);
  }, [isOpen]);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (!isOpen) return;
    const items = itemsIn(root.current);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    /** @type {Record<string, number>} */
    const ways = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    const to = ways[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      items.at(to % items.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.stopPropagation();
      setOpen(false);
      root.current.querySelector("button")?.focus();
    }
  };
  return html`
    <div class=${classes("menu", more)} ref=${root} onKeyDown=${onKey}>
      <button
        type="button"
        class=${button ? "menu-button" : "icon-button"}
        aria-haspopup="menu"
        aria-expanded=${isOpen}
        aria-label=${button ? undefined : label}
        title=${label}
        onClick=${() => setOpen(!isOpen)}
      >
        ${
          button
            ? html`
              ${button}
              <span class="sr">${label}</span>`
            : html`
              <${Icon} name=${icon} />`
        }
      </button>
      ${
        isOpen &&
        html`
          <div
            class=${classes("menu-list", align)}
            role="menu"
            onClick=${() => setOpen(false)}
          >
            ${children}
          </div>`
      }
    </div>`;
}

/** @param {HTMLElement} menu @returns {HTMLElement[]} */
const itemsIn = (menu) =>
  [...menu.querySelectorAll("[role=menuitem],[role=menuitemradio]")].map((item) => /** @type {HTMLElement} */ (item));

/**
 * An action of a menu; `checked` makes it one of several choices.
 *
 * @param {{
 *   icon?: IconName, children?: Children, danger?: boolean, checked?: boolean, class?: string,
 * } & Record<string, unknown>} props
 */
export const MenuItem = ({ icon, children, danger, checked, class: more, ...rest }) => html`
  <button
    type="button"
    tabindex="-1"
    class=${classes("menu-item", danger && "danger", more)}
    role=${checked === undefined ? "menuitem" : "menuitemradio"}
    aria-checked=${checked}
    ...${rest}
  >
    ${icon && html`<${Icon} name=${icon} />`}
    <span>${children}</span>
    ${checked && html`<${Icon} name="check" class="end" />`}
  </button>`;

/**
 * All rows of a list of the API: null until they are here. `load` asks again.
 *
 * @template T
 * @param {string} path
 * @returns {Rows<T>}
 */
export function useRows(path) {
  const [rows, setRows] = useState(/** @type {T[] | null} */ (null));
  const [isMissing, setMissing] = useState(false);
  const begin = useLatestOnly();
  const load = () => {
    const isToBeShown = begin();
    /** @type {Promise<T[]>} */
    const asked = all(path);
    return asked.then(
      (answer) => isToBeShown() && setRows(answer),
      () => setMissing(true),
    );
  };
  useEffect(() => {
    load();
  }, []);
  return { rows, load, isMissing };
}

/** Where something will be. */
export const Waiting = () => html`
  <div class="waiting" role="status">
    <span class="spinner"></span>
    <span class="sr">${t("loading")}</span>
  </div>`;

/**
 * Nothing here, and what to do about it. `whole`: it is all that the page says.
 *
 * @param {{icon: IconName, title: string, whole?: boolean, children?: Children}} props
 */
export const Empty = ({ icon, title, whole, children }) => html`
  <div class="empty">
    <${Icon} name=${icon} />
    ${whole ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}
    <div>${children}</div>
  </div>`;
