/** Who one is to others. */
import * as api from "../../api.js";
import { changePicture } from "../../avatar.js";
import { html, useRef, useState } from "../../core.js";
import { t } from "../../i18n.js";
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
          name: "name_reading",
          label: t("profile.reading"),
          hint: t("profile.readingHint"),
          defaultValue: me.name_reading,
          maxlength: 255,
          autocomplete: "off",
        },
        {
          name: "title",
          label: t("profile.title"),
          defaultValue: me.title,
          maxlength: 120,
          autocomplete: "organization-title",
        },
        {
          name: "time_zone",
          as: "select",
          label: t("profile.timeZone"),
          hint: t("profile.timeZoneHint"),
          children: html`
            <option value="" selected=${!me.time_zone}>${t("profile.noTimeZone")}</option>
            ${zones(me.time_zone).map(
              (zone) => html`
                <option key=${zone} value=${zone} selected=${zone === me.time_zone}>
                  ${zone.replaceAll("_", " ")}
                </option>`,
            )}`,
        },
      ]}
    />`;
}

/**
 * The time zones that this browser knows, the one that it is in first.
 *
 * @param {string} chosen which may be none of them
 */
function zones(chosen) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...new Set([here, chosen, ...Intl.supportedValuesOf("timeZone")])].filter(Boolean);
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
