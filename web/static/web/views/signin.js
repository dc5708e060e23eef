/** The way in: password, a code by email, other providers; a new account; a forgotten password. */
import * as api from "../api.js";
import { html, tabStore, setting, useEffect, useState, withValue } from "../core.js";
import { LANGUAGES, spoken, t } from "../i18n.js";
import { go } from "../router.js";
import { enter, setLanguage, signedIn } from "../session.js";
import { app } from "../state.js";
import { Form, Icon, Logo } from "./parts.js";

/** @import { InvitePreviewResource } from "../../../schema" */
/** @import { Children } from "../../../types" */

/**
 * @typedef {{
 *   setWay: (way: Way) => void, address: string, setAddress: (address: string) => void, onDone: () => void,
 * }} WayIn
 */
/** @typedef {"password" | "code" | "register" | "forgot"} Way */

/** @type {Record<string, string>} */
export const PROVIDER_NAMES = {
  google: "Google",
  github: "GitHub",
  apple: "Apple",
  microsoft: "Microsoft",
  line: "LINE",
  oidc: "OpenID Connect",
};

/** @param {Record<string, unknown>} [more] */
const email = (more = {}) => ({
  name: "email",
  type: "email",
  label: t("signin.email"),
  autocomplete: "email",
  inputmode: "email",
  required: true,
  ...more,
});
/** @param {string} name @param {string} label @param {string} autocomplete */
const password = (name, label, autocomplete) => ({
  name,
  type: "password",
  label,
  autocomplete,
  required: true,
});

/**
 * The page of everybody who is not signed in. `notice` is shown above, `onDone` follows a sign-in.
 *
 * @param {{notice?: Children, onDone?: () => void}} props
 */
export function SignIn({ notice, onDone }) {
  const [way, setWay] = useState(/** @type {Way} */ ("password"));
  const [address, setAddress] = useState("");
  const Way = { password: ByPassword, code: ByCode, register: Register, forgot: Forgot }[way];
  return html`
    <${Welcome}>
      ${notice}
      <${Way} setWay=${setWay} address=${address} setAddress=${setAddress} onDone=${onDone ?? (() => {})} />
      ${way !== "forgot" && html`<${Providers} />`}
    <//>`;
}

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

/** @param {WayIn} props */
function ByPassword({ setWay, address, setAddress, onDone }) {
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    await enter("/auth/web/login", values);
    onDone();
  };
  return html`
    <h1>${t("signin.title")}</h1>
    <p class="lead">${t("signin.lead")}</p>
    <${Form}
      key="password"
      submit=${submit}
      button=${t("signin.go")}
      fields=${[
        email({ autofocus: true, value: address, onInput: withValue(setAddress) }),
        password("password", t("signin.password"), "current-password"),
      ]}
    />
    <p class="ways">
      <button type="button" class="link" onClick=${() => setWay("code")}>
        ${t("signin.byCode")}
      </button>
      <button type="button" class="link" onClick=${() => setWay("forgot")}>
        ${t("signin.forgot")}
      </button>
    </p>
    <p class="ways new">
      ${t("signin.new")}${" "}
      <button type="button" class="link strong" onClick=${() => setWay("register")}>
        ${t("signin.register")}
      </button>
    </p>`;
}

/** @param {WayIn} props */
function Register({ setWay, address, onDone }) {
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    await enter("/auth/web/register", { ...values, password_confirmation: values.password });
    onDone();
  };
  const languages = html`
    ${Object.entries(LANGUAGES).map(
      ([code, name]) => html`
        <option key=${code} value=${code} lang=${code} selected=${code === spoken()}>
          ${name}
        </option>`,
    )}`;
  return html`
    <h1>${t("register.title")}</h1>
    <p class="lead">${t("register.lead")}</p>
    <${Form}
      key="register"
      submit=${submit}
      button=${t("register.go")}
      fields=${[
        { name: "name", label: t("register.name"), autocomplete: "name", required: true, autofocus: true },
        email({ defaultValue: address }),
        { ...password("password", t("signin.password"), "new-password"), hint: t("register.passwordHint") },
        { name: "preferred_language", as: "select", label: t("register.language"), children: languages },
      ]}
    />
    <p class="ways new">
      ${t("register.have")}${" "}
      <button type="button" class="link strong" onClick=${() => setWay("password")}>
        ${t("signin.go")}
      </button>
    </p>`;
}

/** @param {WayIn} props */
function ByCode({ setWay, address, setAddress, onDone }) {
  const [isSent, setSent] = useState(false);
  /** @param {Record<string, string>} values */
  const ask = async (values) => {
    setAddress(values.email);
    await api.post("/auth/web/otp", { email: values.email }, { anonymous: true });
    setSent(true);
  };
  /** @param {Record<string, string>} values */
  const verify = async (values) => {
    await enter("/auth/web/otp/verify", { email: address, token: values.token.replace(/\s/g, "") });
    onDone();
  };
  return html`
    <h1>${t("code.title")}</h1>
    <p class="lead">${isSent ? t("code.sent", { email: address }) : t("code.lead")}</p>
    ${
      isSent
        ? html`
          <${Form}
            key="verify"
            submit=${verify}
            button=${t("signin.go")}
            fields=${[
              {
                name: "token",
                label: t("code.code"),
                inputmode: "numeric",
                autocomplete: "one-time-code",
                maxlength: 7,
                class: "code-input",
                required: true,
                autofocus: true,
              },
            ]}
          />`
        : html`
          <${Form}
            key="ask"
            submit=${ask}
            button=${t("code.send")}
            fields=${[email({ defaultValue: address, autofocus: true })]}
          />`
    }
    <p class="ways">
      <button type="button" class="link" onClick=${() => setWay("password")}>
        ${t("signin.byPassword")}
      </button>
    </p>`;
}

/** @param {WayIn} props */
function Forgot({ setWay, address, setAddress }) {
  const [isSent, setSent] = useState(false);
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    setAddress(values.email);
    await api.post("/auth/web/forgot-password", values, { anonymous: true });
    setSent(true);
  };
  return html`
    <h1>${t("forgot.title")}</h1>
    ${
      isSent
        ? html`
          <p class="notice" role="status">
            ${t("forgot.sent", { email: address })}
          </p>`
        : html`
          <p class="lead">${t("forgot.lead")}</p>
          <${Form}
            key="forgot"
            submit=${submit}
            button=${t("forgot.go")}
            fields=${[email({ defaultValue: address, autofocus: true })]}
          />`
    }
    <p class="ways">
      <button type="button" class="link" onClick=${() => setWay("password")}>
        ${t("back")}
      </button>
    </p>`;
}

/** `/reset-password?token=…&email=…`, from the mail. @param {{query: URLSearchParams}} props */
export function ResetPassword({ query }) {
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    const sent = { token: query.get("token") ?? "", email: query.get("email") ?? "" };
    await api.post(
      "/auth/web/reset-password",
      { ...sent, ...values, password_confirmation: values.password },
      { anonymous: true },
    );
    await enter("/auth/web/login", { email: sent.email, password: values.password });
    go("/", { replace: true });
  };
  return html`
    <${Welcome}>
      <h1>${t("reset.title")}</h1>
      <p class="lead">${query.get("email")}</p>
      <${Form}
        submit=${submit}
        button=${t("reset.go")}
        fields=${[
          {
            ...password("password", t("reset.password"), "new-password"),
            hint: t("register.passwordHint"),
            autofocus: true,
          },
        ]}
      />
      <p class="ways">
        <a class="link" href="/" data-go>
          ${t("back")}
        </a>
      </p>
    <//>`;
}

function Providers() {
  const [problem, setProblem] = useState("");
  const providers = setting("providers").split(",").filter(Boolean);
  if (!providers.length) return null;
  /** @param {string} provider */
  const leave = async (provider) => {
    try {
      const { redirect_url } = await api.post(`/auth/web/social/${provider}/redirect`, {}, { anonymous: true });
      tabStore.set("social", { purpose: "signin", from: location.pathname });
      location.assign(redirect_url);
    } catch (error) {
      setProblem(error.sentence ?? String(error));
    }
  };
  return html`
    <div class="or">
      <span>${t("signin.or")}</span>
    </div>
    <div class="providers">
      ${providers.map(
        (provider) => html`
          <button key=${provider} type="button" class="button" onClick=${() => leave(provider)}>
            ${t("signin.with", { provider: PROVIDER_NAMES[provider] ?? provider })}
          </button>`,
      )}
    </div>
    ${
      problem &&
      html`
        <p class="form-error" role="alert">
          ${problem}
        </p>`
    }`;
}

/**
 * `/auth/{provider}/callback`: where a provider sends the browser back to.
 *
 * @param {{provider: string, query: URLSearchParams}} props
 */
export function SocialCallback({ provider, query }) {
  const [problem, setProblem] = useState("");
  useEffect(() => {
    (async () => {
      const { purpose, from } = tabStore.get("social") ?? {};
      tabStore.set("social", null);
      if (!query.get("code")) return setProblem(query.get("error_description") ?? t("social.refused"));
      const body = { code: query.get("code"), state: query.get("state") };
      try {
        if (purpose === "link") {
          await api.post(`/auth/web/social/${provider}/link/callback`, body);
          return go("/w/settings/security", { replace: true });
        }
        await api.post(`/auth/web/social/${provider}/callback`, body, { anonymous: true });
        await signedIn(await api.get("/me"));
        return go(from?.startsWith("/invites/") ? from : "/", { replace: true });
      } catch (error) {
        return setProblem(error.sentence ?? String(error));
      }
    })();
  }, []);
  return html`
    <${Welcome}>
      <h1>${PROVIDER_NAMES[provider] ?? provider}</h1>
      ${
        problem
          ? html`
            <p class="form-error" role="alert">
              ${problem}
            </p>
            <p class="ways">
              <a class="link" href="/" data-go>
                ${t("back")}
              </a>
            </p>`
          : html`
            <p class="lead" role="status">
              ${t("loading")}
            </p>`
      }
    <//>`;
}

/** `/invites/{token}`: what one is about to join, before and after sign-in. @param {{token: string}} props */
export function Invite({ token }) {
  const [invite, setInvite] = useState(/** @type {InvitePreviewResource | null} */ (null));
  const [problem, setProblem] = useState("");
  const { me } = app.state;
  useEffect(() => {
    api.get(`/invites/${encodeURIComponent(token)}`, {}, { anonymous: true }).then(
      (answer) => setInvite(answer.data),
      (error) => setProblem(error.status === 404 ? t("invite.invalid") : error.sentence),
    );
  }, [token]);
  const accept = async () => {
    try {
      const { data } = await api.post(`/invites/${encodeURIComponent(token)}/accept`);
      await signedIn(await api.get("/me"));
      go(`/w/${data.id}`, { replace: true });
    } catch (error) {
      setProblem(error.sentence ?? String(error));
    }
  };
  if (problem)
    return html`
      <${Welcome}>
        <h1>${t("invite.title")}</h1>
        <p class="form-error" role="alert">
          ${problem}
        </p>
        <p class="ways">
          <a class="link" href="/" data-go>
            ${t("back")}
          </a>
        </p>
      <//>`;
  if (!invite)
    return html`
      <${Welcome}>
        <p class="lead" role="status">
          ${t("loading")}
        </p>
      <//>`;
  const notice = html`
    <div class="invite">
      <h1>${t("invite.to", { name: invite.workspace.name })}</h1>
      <p class="lead">
        ${invite.invited_by ? t("invite.by", { name: invite.invited_by.name }) : ""}${" "}
        ${t("members.count", { count: invite.workspace.member_count })}
      </p>
    </div>`;
  if (!me) return html`<${SignIn} notice=${notice} onDone=${accept} />`;
  return html`
    <${Welcome}>
      ${notice}
      <div class="form-end">
        <button class="button primary" onClick=${accept}>
          ${t("invite.accept")}
        </button>
      </div>
    <//>`;
}
