/**
 * A room in the corner of somebody's page, by one tag:
 *
 *   <script src="https://chat.example.com/static/web/widget.js" data-room="01hx…" data-label="Talk to us" async>
 *   </script>
 *
 * The room is a frame of Rosetta's own origin: this page reads nothing of it, and it reads nothing of this page. Styles
 * are set by script, so that a page's Content-Security-Policy has to allow this script and the frame, and nothing else.
 */
(() => {
  const tag = /** @type {HTMLScriptElement} */ (document.currentScript);
  const room = tag.dataset.room ?? "";
  if (!/^[0-9a-z]{26}$/i.test(room)) {
    console.error("Rosetta widget: data-room must be a room's id");
    return;
  }
  const origin = new URL(tag.src).origin;
  /** The button's word, in the languages of the service. @type {Record<string, string>} */
  const words = { en: "Chat", ja: "チャット", zh: "在线聊天", th: "แชท", id: "Obrolan" };
  const spoken = navigator.languages.map((code) => code.split("-")[0].toLowerCase()).find((code) => code in words);
  const label = tag.dataset.label || words[spoken ?? "en"];
  const side = tag.dataset.side === "left" ? "left" : "right";
  const color = tag.dataset.color || "#1d6b62";
  /**
   * @param {string} name
   * @param {Partial<CSSStyleDeclaration>} styles
   * @param {Record<string, string>} [attributes]
   */
  const styled = (name, styles, attributes = {}) => {
    const element = document.createElement(name);
    Object.assign(element.style, styles);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };

  const box = styled("div", {
    position: "fixed",
    bottom: "88px",
    [side]: "20px",
    width: "min(380px, calc(100vw - 40px))",
    height: "min(600px, calc(100vh - 120px))",
    borderRadius: "18px",
    overflow: "hidden",
    boxShadow: "0 12px 48px rgba(0,0,0,.28)",
    zIndex: "2147483000",
    display: "none",
    background: "#fffefb",
  });
  const button = styled(
    "button",
    {
      position: "fixed",
      bottom: "20px",
      [side]: "20px",
      height: "56px",
      padding: "0 22px",
      border: "0",
      borderRadius: "28px",
      background: color,
      color: "#fff",
      font: "600 16px/1 system-ui, sans-serif",
      cursor: "pointer",
      boxShadow: "0 6px 24px rgba(0,0,0,.24)",
      zIndex: "2147483000",
    },
    { type: "button", "aria-expanded": "false" },
  );
  button.textContent = label;
  /** @type {HTMLElement | null} */
  let frame = null;

  /** @param {boolean} isOpen */
  const show = (isOpen) => {
    if (isOpen && !frame) {
      frame = styled(
        "iframe",
        { width: "100%", height: "100%", border: "0" },
        {
          src: `${origin}/rooms/${room}/embed`,
          title: label,
          allow: "clipboard-write",
          referrerpolicy: "origin",
        },
      );
      box.append(frame);
    }
    box.style.display = isOpen ? "block" : "none";
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = isOpen ? "✕" : label;
    button.setAttribute("aria-label", isOpen ? `${label}: ✕` : label);
    if (isOpen) frame?.focus();
  };
  button.addEventListener("click", () => show(box.style.display === "none"));
  addEventListener(
    "keydown",
    (event) => event.key === "Escape" && box.style.display !== "none" && (show(false), button.focus()),
  );
  const start = () => document.body.append(box, button);
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
