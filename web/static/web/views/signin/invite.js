/** The page of an invite. */
import * as api from "../../api.js";
import { html, useEffect, useState } from "../../core.js";
import { t } from "../../i18n.js";
import { go } from "../../router.js";
import { signedIn } from "../../session.js";
import { app } from "../../state.js";
import { SignIn } from "./signin.js";
import { Welcome } from "./welcome.js";

/** @import { InvitePreviewAnswer, InvitePreviewResource, WorkspaceAnswer } from "../../../../schema" */

/** `/invites/{token}`: what one is about to join, before and after sign-in. @param {{token: string}} props */
export function Invite({ token }) {
  const [invite, setInvite] = useState(/** @type {InvitePreviewResource | null} */ (null));
  const [problem, setProblem] = useState("");
  const isInvalid = problem === t("invite.invalid");
  const { me } = app.state;
  useEffect(() => {
    /** @type {Promise<InvitePreviewAnswer>} */
    const asked = api.get(`/invites/${encodeURIComponent(token)}`, {}, { anonymous: true });
    asked.then(
      (answer) => setInvite(answer.data),
      (error) => setProblem(error.status === 404 ? t("invite.invalid") : error.sentence),
    );
  }, [token]);
  const accept = async () => {
    try {
      /** @type {WorkspaceAnswer} */
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
        <h1>${t(isInvalid ? "invite.broken" : "invite.title")}</h1>
        <p class="form-error" role="alert">
          ${problem}
        </p>
        ${isInvalid && html`<p class="lead">${t("invite.brokenHint")}</p>`}
        <p class="form-end">
          <a class="button primary" href="/" data-go>
            ${t(me ? "invite.toRosetta" : "signin.go")}
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
