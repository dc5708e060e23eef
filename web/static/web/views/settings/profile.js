/** Who one is to others. */
import * as api from "../../api.js";
import { changePicture } from "../../avatar.js";
import { html, useRef, useState } from "../../core.js";
import { LANGUAGES, t } from "../../i18n.js";
import { changeMe } from "../../session.js";
import { app } from "../../state.js";
import { stripBidi } from "../../text.js";
import { toast, withToast } from "../../toasts.js";
import { Form } from "../parts/form.js";
import { Icon } from "../parts/icons.js";
import { Avatar } from "../parts/people.js";

/** @import { On, Ref, User } from "../../../../types" */

export function Profile() {
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
