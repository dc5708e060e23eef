/** Says to owners of a workspace that people here cannot be translated yet, and what to do. */
import { html, useObserved } from "../core.js";
import { languageName, list, t } from "../i18n.js";
import { translationWatch } from "../translation_watch.js";
import { Icon, IconButton } from "./parts/icons.js";

/** @import { TranslationNotice } from "../translation_watch.js" */

export function TranslationBanner() {
  useObserved(translationWatch);
  const { notice } = translationWatch;
  if (!notice) return null;
  return html`
    <div class="banner" role="note">
      <${Icon} name=${notice.kind === "progress" ? "translate" : "warn"} />
      <p>${sentenceOf(notice)}</p>
      ${notice.kind === "progress" && notice.model && html`<${OnItsWay} model=${notice.model} />`}
      <${IconButton} name="close" label=${t("models.dismiss")} onClick=${() => translationWatch.dismiss()} />
    </div>`;
}

/** @param {TranslationNotice} notice */
function sentenceOf({ kind, ready, wanted, languages }) {
  switch (kind) {
    case "progress":
      return t("models.progress", { ready, count: wanted });
    case "unreachable":
      return t("models.unreachable");
    case "failed":
      return t("models.failed");
    default:
      return t("models.missing", { languages: list(languages.map(languageName)) });
  }
}

/** @param {{model: NonNullable<TranslationNotice["model"]>}} props */
function OnItsWay({ model }) {
  const { source, target, percent } = model;
  const label = t("models.onItsWay", { from: languageName(source), to: languageName(target), percent });
  return html`
    <span class="banner-share">
      <progress max="100" value=${percent} aria-label=${label}></progress>
      <span>${label}</span>
    </span>`;
}
