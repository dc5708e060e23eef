/** The frame of every page before sign-in. */
import { html, withValue } from "../../core.js";
import { LANGUAGES, spoken, t } from "../../i18n.js";
import { setLanguage } from "../../session.js";
import { Icon, Logo } from "../parts/icons.js";

/** @import { Children } from "../../../../types" */

/** The frame of every page before sign-in. @param {{children?: Children}} props */
export function Welcome({ children }) {
  return html`
    <main class="welcome">
      <section class="welcome-story" aria-hidden="true">
        <div class="story">
          <p class="story-line a" lang="ja">
            おはようございます！
          </p>
          <p class="story-line b" lang="en">
            Good morning!
          </p>
          <p class="story-line c" lang="th">
            สวัสดีตอนเช้า
          </p>
          <p class="story-line d" lang="id">
            Selamat pagi!
          </p>
          <p class="story-line e" lang="zh-CN">
            早上好！
          </p>
        </div>
      </section>
      <section class="welcome-main">
        <div class="welcome-top">
          <span class="brand">
            <${Logo} /> Rosetta
          </span>
          <${LanguagePicker} value=${spoken()} onPick=${setLanguage} />
        </div>
        <div class="welcome-body">${children}</div>
        <footer class="welcome-foot">
          <a href="/api/docs">${t("signin.docs")}</a>
          <a href="/admin/">${t("signin.admin")}</a>
        </footer>
      </section>
    </main>`;
}

/** @param {{value: string, onPick: (code: string) => void, label?: string}} props */
export function LanguagePicker({ value, onPick, label = t("language") }) {
  return html`
    <label class="language-picker">
      <${Icon} name="globe" />
      <span class="sr">${label}</span>
      <select value=${value} onChange=${withValue(onPick)}>
        ${Object.entries(LANGUAGES).map(
          ([code, name]) => html`
            <option key=${code} value=${code} lang=${code} selected=${code === value}>
              ${name}
            </option>`,
        )}
      </select>
    </label>`;
}
