/** One's own account: who one is, how one signs in, what is stored, and leaving. */
import * as api from "../api.js";
import { changePicture } from "../avatar.js";
import { html, tabStore, setting, useEffect, useRef, useState, useLatestOnly } from "../core.js";
import { LANGUAGES, moment, size, t } from "../i18n.js";
import { changeMe, signOut } from "../session.js";
import { app } from "../state.js";
import { stripBidi } from "../text.js";
import { copy, toast, withToast } from "../toasts.js";
import { Blocks } from "./blocks.js";
import { Notifications } from "./notifications.js";
import { Avatar, Dialog, Form, Icon, IconButton, Waiting, useRows } from "./parts.js";
import { PROVIDER_NAMES } from "./signin.js";

/** @import { ExportState, FileResource as StoredFile } from "../../../schema" */
/** @import { ListedSessionAnswer, ListedTokenAnswer } from "../../../schema" */
/** @import { SocialAccountAnswer } from "../../../schema" */
/** @import { Closing, On, Ref, Rows, User, VNode } from "../../../types" */

/** @type {Record<string, () => VNode>} */
const SECTIONS = {
  profile: Profile,
  security: Security,
  notifications: Notifications,
  blocks: Blocks,
  tokens: Tokens,
  files: Files,
  data: Data,
};
/** @type {Record<string, string>} */
const BROWSERS = {
  Edg: "Edge",
  OPR: "Opera",
  SamsungBrowser: "Samsung Internet",
  FxiOS: "Firefox",
  CriOS: "Chrome",
};
/** @type {Record<string, string>} */
const SYSTEMS = { "Mac OS X": "macOS", CrOS: "ChromeOS" };
const ABILITIES = [
  "*",
  "automation:messages",
  "temporary-rooms:create",
  "temporary-rooms:read",
  "temporary-rooms:extend",
  "temporary-rooms:close",
];

/** @param {Closing & {section: string}} props */
export function Settings({ section, onClose }) {
  const View = SECTIONS[section] ?? Profile;
  return html`
    <${Dialog} title=${t("settings.title")} wide onClose=${onClose}>
      <div class="settings">
        <nav class="settings-nav" aria-label=${t("settings.title")}>
          ${Object.keys(SECTIONS).map(
            (name) => html`
              <a
                key=${name}
                href=${`/w/settings/${name}`}
                data-go
                aria-current=${name === section ? "page" : undefined}
              >
                ${t(`settings.${name}`)}
              </a>`,
          )}
        </nav>
        <div class="settings-body" key=${section}>
          <${View} />
        </div>
      </div>
    <//>`;
}

function Profile() {
  const { me } = app.state;
  /** @param {Record<string, string>} values */
  const submit = async (values) => {
    await changeMe(values);
    toast(t("saved"));
  };
  const resend = () =>
    withToast(async () => {
      await api.post("/auth/email/verification-notification");
      toast(t("profile.mailed"));
    });
  return html`
    <${Picture} me=${me} />
    ${
      !me.email_verified_at &&
      html`
        <p class="notice">
          <${Icon} name="warn" /> ${t("profile.unverified")}${" "}
          <button type="button" class="link" onClick=${resend}>
            ${t("profile.resend")}
          </button>
        </p>`
    }
    <${Form}
      submit=${submit}
      button=${t("save")}
      fields=${[
        {
          name: "name",
          label: t("register.name"),
          defaultValue: me.name,
          maxlength: 255,
          autocomplete: "name",
        },
        {
          name: "preferred_language",
          as: "select",
          label: t("register.language"),
          children: html`
            ${Object.entries(LANGUAGES).map(
              ([code, name]) => html`
                <option key=${code} value=${code} lang=${code} selected=${code === me.preferred_language}>
                  ${name}
                </option>`,
            )}`,
        },
      ]}
    />`;
}

/** Who one is to others, and the picture that they see. @param {{me: User}} props */
function Picture({ me }) {
  /** @type {Ref<HTMLInputElement>} */
  const chooser = useRef(null);
  const [isBusy, setBusy] = useState(false);
  /** @param {File} file */
  const choose = async (file) => {
    setBusy(true);
    await withToast(() => changePicture(file));
    setBusy(false);
  };
  /** @param {On<HTMLInputElement>} event */
  const onChoose = ({ currentTarget: field }) => field.files?.[0] && choose(field.files[0]);
  return html`
    <div class="profile-head">
      <${Avatar} key=${me.avatar_url} name=${me.name} url=${me.avatar_url} seed=${`user${me.id}`} size="big" />
      <div class="person">
        <strong>
          <bdi>${stripBidi(me.name)}</bdi>
        </strong>
        <span class="hint">${me.email}</span>
        <p class="form-end">
          <button
            type="button"
            class="button small"
            aria-busy=${isBusy}
            disabled=${isBusy}
            onClick=${() => chooser.current.click()}
          >
            ${t("profile.picture")}
          </button>
          ${
            me.avatar_url &&
            html`
              <button type="button" class="button small" onClick=${() => withToast(() => changePicture(null))}>
                ${t("profile.noPicture")}
              </button>`
          }
        </p>
      </div>
      <input
        ref=${chooser}
        type="file"
        accept="image/*"
        hidden
        aria-label=${t("profile.picture")}
        onChange=${onChoose}
      />
    </div>`;
}

function Security() {
  const { me } = app.state;
  /** @type {Rows<ListedSessionAnswer>} */
  const { rows, load, isMissing } = useRows("/me/sessions");
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const change = async (values, form) => {
    await api.post("/auth/web/change-password", { ...values, password_confirmation: values.password });
    form.reset();
    toast(t("password.changed"));
  };
  /** @param {ListedSessionAnswer} row */
  const end = (row) =>
    withToast(async () => {
      await api.remove(`/me/sessions/${row.id}`);
      await (row.current ? signOut() : load());
    });
  return html`
    ${
      me.has_password &&
      html`
        <h3>${t("password.change")}</h3>
        <${Form}
          submit=${change}
          button=${t("password.change")}
          fields=${[
            {
              name: "current_password",
              type: "password",
              label: t("password.current"),
              autocomplete: "current-password",
            },
            {
              name: "password",
              type: "password",
              label: t("reset.password"),
              autocomplete: "new-password",
              hint: t("register.passwordHint"),
            },
          ]}
        />`
    }
    <${Linked} />
    ${
      !isMissing &&
      html`
        <h3>${t("sessions.title")}</h3>
        ${
          rows === null
            ? html`
              <${Waiting} />`
            : html`
              <ul class="rows">
                ${rows.map(
                  (row) => html`
                    <li key=${row.id}>
                      <span class="person">
                        <strong title=${row.device_name}>${browserName(row.device_name)}</strong>
                        <span class="hint">
                          ${[row.ip_address, moment(row.last_used_at)].filter(Boolean).join(" · ")}
                        </span>
                      </span>
                      ${
                        row.current
                          ? html`
                            <span class="badge">${t("sessions.this")}</span>`
                          : html`
                            <button type="button" class="button" onClick=${() => end(row)}>
                              ${t("sessions.end")}
                            </button>`
                      }
                    </li>`,
                )}
              </ul>`
        }`
    }`;
}

/**
 * "Firefox · Windows" of what a browser says of itself; what is not a browser's keeps its own name.
 *
 * @param {string} userAgent
 */
function browserName(userAgent) {
  const browser = /Edg|OPR|SamsungBrowser|Firefox|FxiOS|CriOS|Chrome|Safari/.exec(userAgent)?.[0];
  if (!userAgent.startsWith("Mozilla/") || !browser) return stripBidi(userAgent);
  const system = /iPhone|iPad|Android|Windows|Mac OS X|CrOS|Linux/.exec(userAgent)?.[0];
  return [BROWSERS[browser] ?? browser, system && (SYSTEMS[system] ?? system)].filter(Boolean).join(" · ");
}

function Linked() {
  const [rows, setRows] = useState(/** @type {SocialAccountAnswer[]} */ ([]));
  const load = () =>
    api.get("/auth/web/social/accounts").then(
      ({ accounts }) => setRows(accounts),
      () => {},
    );
  useEffect(() => {
    load();
  }, []);
  const providers = [
    ...new Set([...setting("providers").split(",").filter(Boolean), ...rows.map((row) => row.provider)]),
  ];
  if (!providers.length) return null;
  /** @param {string} provider */
  const link = (provider) =>
    withToast(async () => {
      const { redirect_url } = await api.post(`/auth/web/social/${provider}/link`);
      tabStore.set("social", { purpose: "link" });
      location.assign(redirect_url);
    });
  /** @param {string} provider */
  const unlink = (provider) =>
    withToast(async () => {
      await api.remove(`/auth/web/social/${provider}/unlink`);
      await load();
    });
  return html`
    <h3>${t("social.title")}</h3>
    <ul class="rows">
      ${providers.map((provider) => {
        const row = rows.find((account) => account.provider === provider);
        return html`
          <li key=${provider}>
            <span class="person">
              <strong>${PROVIDER_NAMES[provider] ?? provider}</strong>
              <span class="hint">${row?.provider_email ?? ""}</span>
            </span>
            <button type="button" class="button" onClick=${() => (row ? unlink(provider) : link(provider))}>
              ${row ? t("social.unlink") : t("social.link")}
            </button>
          </li>`;
      })}
    </ul>`;
}

/** What a token may do, as a sentence where there is one. @param {ListedTokenAnswer} row */
const abilitiesOf = (row) =>
  row.abilities.every((ability) => ability.startsWith("temporary-rooms:"))
    ? t("tokens.rooms")
    : row.abilities
        .map((ability) => (["*", "automation:messages"].includes(ability) ? t(`tokens.${ability}`) : ability))
        .join(", ");

function Tokens() {
  /** @type {Rows<ListedTokenAnswer>} */
  const { rows, load, isMissing } = useRows("/me/tokens");
  const [token, setToken] = useState("");
  if (isMissing) return html`<p class="hint">${t("notYet")}</p>`;
  /** @param {Record<string, string>} values @param {HTMLFormElement} form */
  const submit = async ({ name, ability }, form) => {
    const { data } = await api.post("/me/tokens", {
      name,
      abilities: ability === "rooms" ? ABILITIES.slice(2) : [ability],
    });
    setToken(data.token);
    form.reset();
    await load();
  };
  return html`
    <p class="hint">${t("tokens.lead")}</p>
    ${
      token &&
      html`
        <p class="notice" role="status">
          ${t("tokens.once")} <code class="secret">${token}</code>${" "}
          <${IconButton} name="copy" label=${t("copy")} onClick=${() => copy(token)} />
        </p>`
    }
    <${Form}
      submit=${submit}
      button=${t("create")}
      fields=${[
        { name: "name", label: t("name"), maxlength: 255 },
        {
          name: "ability",
          as: "select",
          label: t("tokens.ability"),
          children: html`
            ${["*", "automation:messages", "rooms"].map(
              (ability) => html`
                <option key=${ability} value=${ability}>
                  ${t(`tokens.${ability}`)}
                </option>`,
            )}`,
        },
      ]}
    />
    ${
      rows === null
        ? html`
          <${Waiting} />`
        : html`
          <ul class="rows">
            ${rows.map(
              (row) => html`
                <li key=${row.id}>
                  <span class="person">
                    <strong>${stripBidi(row.name)}</strong>
                    <span class="hint">
                      ${abilitiesOf(row)} ·${" "}
                      ${row.last_used_at ? t("tokens.used", { date: moment(row.last_used_at) }) : t("tokens.unused")}
                    </span>
                  </span>
                  <button
                    type="button"
                    class="button"
                    onClick=${() =>
                      withToast(async () => {
                        await api.remove(`/me/tokens/${row.id}`);
                        await load();
                      })}
                  >
                    ${t("tokens.revoke")}
                  </button>
                </li>`,
            )}
          </ul>`
    }`;
}

function Files() {
  /** @type {Rows<StoredFile>} */
  const { rows, isMissing } = useRows("/me/files");
  if (isMissing) return html`<p class="hint">${t("notYet")}</p>`;
  if (rows === null) return html`<${Waiting} />`;
  if (!rows.length) return html`<p class="hint">${t("files.none")}</p>`;
  return html`
    <ul class="rows">
      ${rows.map(
        (row) => html`
          <li key=${row.id}>
            <span class="person">
              <a href=${api.pathOf(row.download_url)} download=${row.client_name}>
                ${stripBidi(row.client_name)}
              </a>
              <span class="hint">
                ${size(row.size)} · ${moment(row.created_at)}
              </span>
            </span>
          </li>`,
      )}
    </ul>`;
}

function Data() {
  const { me } = app.state;
  const [state, setState] = useState(/** @type {ExportState | null} */ (null));
  const [isCodeSent, setCodeSent] = useState(false);
  const begin = useLatestOnly();
  const look = async () => {
    const isToBeShown = begin();
    try {
      const { data } = await api.get("/me/export");
      if (isToBeShown()) setState(data);
    } catch (error) {
      // Another failure says nothing about the export: what is shown stays. As a new object, so that a pending one is
      // asked for again.
      if (isToBeShown()) setState((shown) => (error.status === 404 ? null : shown && { ...shown }));
    }
  };
  useEffect(() => {
    look();
  }, []);
  useEffect(() => {
    if (state?.status !== "pending") return undefined;
    const timer = setTimeout(look, 1500);
    return () => clearTimeout(timer);
  }, [state]);
  /** @param {Record<string, string>} values */
  const leave = async (values) => {
    await api.remove("/me", me.has_password ? { password: values.proof } : { otp: values.proof });
    signOut();
  };
  return html`
    <h3>${t("export.title")}</h3>
    <p class="hint">${t("export.lead")}</p>
    ${
      state?.status === "ready"
        ? html`
          <p>
            <a class="button" href=${api.pathOf(state.download_url ?? "")} download>
              ${t("export.get")}
            </a>
          </p>`
        : state?.status === "pending"
          ? html`
            <p role="status">
              ${t("export.pending")}${" "}
              <progress max="100" value=${state.progress ?? 0} aria-label=${t("export.title")}></progress>
            </p>`
          : null
    }
    <p>
      <button
        type="button"
        class="button"
        onClick=${() =>
          withToast(async () => {
            await api.post("/me/export");
            await look();
          })}
      >
        ${t("export.make")}
      </button>
    </p>
    <hr />
    <h3>${t("leave.title")}</h3>
    <p class="hint">${t("leave.lead")}</p>
    ${
      !me.has_password && !isCodeSent
        ? html`
          <button
            type="button"
            class="button"
            onClick=${() =>
              withToast(async () => {
                await api.post("/auth/web/otp", { email: me.email });
                setCodeSent(true);
              })}
          >
            ${t("code.send")}
          </button>`
        : html`
          <${Form}
            danger
            submit=${leave}
            button=${t("leave.go")}
            fields=${[
              {
                name: "proof",
                type: me.has_password ? "password" : "text",
                label: me.has_password ? t("password.current") : t("code.code"),
                autocomplete: me.has_password ? "current-password" : "one-time-code",
              },
            ]}
          />`
    }`;
}
