/** Icons, the sign, and buttons that are an icon. */
import { classes, html } from "../../core.js";

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
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 14h2M14 19h2M19 18v2",
  down: "M6 9l6 6 6-6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  hash: "M9 4L7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
  film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.500h4M4 14.500h4M16 9.500h4M16 14.500h4",
  music: "M9 18V6l10-2v11.5M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 15.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9.500h.01",
  sheet: "M7 3h7l4 4v14H7zM14 3v4h4M9.500 12h6v6h-6zM9.500 15h6M12.500 12v6",
  words: "M7 3h7l4 4v14H7zM14 3v4h4M9.500 12h6M9.500 15h6M9.500 18h3",
  box: "M4 7h16v13H4zM3 4h18v3H3zM10 11h4",
  up: "M6 15l6-6 6 6",
  back: "M15 6l-6 6 6 6",
  forth: "M9 6l6 6-6 6",
  save: "M12 4v11M7.500 10.500L12 15l4.500-4.500M5 19h14",
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
  bookmark: "M7 4h10v16l-5-4-5 4z",
  forward: "M14 7l5 5-5 5M19 12h-9a5 5 0 0 0-5 5v1",
  unread: "M4 6h16v12H4zM4 7l8 6 8-6",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 21h4",
  bold: "M7 5h6a3.500 3.500 0 0 1 0 7H7zM7 12h7a3.500 3.500 0 0 1 0 7H7z",
  italic: "M10 5h8M6 19h8M14.500 5l-5 14",
  strike:
    "M4 12h16M16.5 8c-.5-2-2.2-3-4.5-3-2.6 0-4.5 1.4-4.5 3.5M7.5 15.5c.3 2.2 2.2 3.5 4.7 3.5 2.6 0 4.5-1.4 4.5-3.7",
  code: "M8.500 7L4 12l4.500 5M15.500 7l4.500 5-4.500 5",
  bullets: "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
  numbers: "M10 6h10M10 12h10M10 18h10M4 5l1.500-1v5M4 14.500c0-2 3-2 3 0 0 1.200-3 2-3 3.500h3",
  quoted: "M5 6v12M10 8h10M10 12h10M10 16h6",
  format: "M5 19L9.500 6h1L15 19M6.500 15h7M17 19l2.500-6 2.500 6",
  wrap: "M4 6h16M4 12h13a3 3 0 0 1 0 6h-4M15 15.500L12.500 18l2.500 2.500M4 18h4",
  keys: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10",
  star: "M12 4l2.500 5 5.500.8-4 3.900 1 5.500-5-2.600-5 2.600 1-5.500-4-3.900 5.500-.8z",
  muted: "M6 16V11a6 6 0 0 1 9-5.200M18 11v5l1.500 2H8M10 21h4M4 4l16 16",
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
