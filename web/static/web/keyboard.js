/** A phone's keyboard: what is seen of the page above it is all that the client takes. */

/** Follow what is seen of the page, where the browser does not make the page itself smaller. */
export function followKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  const follow = () => {
    // Who has zoomed in sees a part of the page on purpose.
    const isCovered = view.scale < 1.01 && innerHeight - view.height > 60;
    document.documentElement.style.setProperty("--seen", isCovered ? `${Math.round(view.height)}px` : "100%");
    if (isCovered) scrollTo(0, 0);
  };
  view.addEventListener("resize", follow);
  view.addEventListener("scroll", follow);
}
