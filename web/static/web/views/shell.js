/** The signed-in client: the sidebar, the conversation in the middle, a panel beside it. */
import * as api from "../api.js";
import { placementOf } from "../arrangement.js";
import { conversationOf } from "../conversations.js";
import { classes, html, localStore, useEffect, useObserved, useRef, useState } from "../core.js";
import { t } from "../i18n.js";
import { channelPath, directPage, directPath, pageOf } from "../paths.js";
import { isUnread, nextPlace, noteShown, placePage } from "../places.js";
import { go, route } from "../router.js";
import { loadSaved } from "../saved.js";
import { app } from "../state.js";
import { withToast } from "../toasts.js";
import { findListed, loadChannels, loadMembers, loadSidebar } from "../workspaces.js";
import { OpenDialog } from "./dialogs/open_dialog.js";
import { OpenPanel } from "./panels/open_panel.js";
import { OpenCard } from "./people/card.js";
import { NoWorkspace } from "./place/closed.js";
import { Nowhere } from "./place/nowhere.js";
import { Place } from "./place/place.js";
import { Settings } from "./settings/settings.js";
import { useDrawer, useTitle, useTranslationWatch } from "./shell_effects.js";
import { useShortcuts } from "./shortcuts.js";
import { Sidebar } from "./sidebar.js";
import { WorkspaceSettings } from "./workspace/workspace_settings.js";

/** @import { Direct, FoundMessage, Listed, Message, Person } from "../../../types" */
/** @import { JumpTo } from "./panels/found.js" */
/** @import { PanelState } from "./place/place.js" */
/** @import { Command } from "./shortcuts.js" */

export function Shell() {
  useObserved(route);
  const { workspaces, me } = app.state;
  const { name, query } = route.state;
  // Settings stand over the conversation that one came from.
  const place = useRef({ path: "/", params: /** @type {Record<string, string>} */ ({}) });
  if (name !== "settings") place.current = { path: location.pathname, params: route.state.params };
  const { params } = place.current;
  const [dialog, setDialog] = useState("");
  const [panel, setPanel] = useState(/** @type {PanelState} */ (null));
  const [isSideOpen, setSideOpen] = useState(false);
  const workspace =
    workspaces.find((row) => row.id === params.workspace?.toLowerCase()) ??
    workspaces.find((row) => row.id === localStore.get("workspace")) ??
    workspaces[0];
  const channels = workspace && app.state.channels[workspace.id];
  const conversationId = (params.direct || params.channel || "").toLowerCase();
  const isOfWorkspace = "section" in params;
  const isElsewhere =
    Boolean(params.workspace) &&
    !params.direct &&
    workspaces.length > 0 &&
    workspaces.every((row) => row.id !== params.workspace.toLowerCase());

  /** The thread that the address names. */
  const thread = query.get("thread");

  useEffect(() => {
    if (!workspace) return;
    localStore.set("workspace", workspace.id);
    withToast(() => Promise.all([loadChannels(workspace.id, { withArchived: true }), loadMembers(workspace.id)]));
  }, [workspace?.id]);
  // An address without a conversation leads to the last one, else the first.
  useEffect(() => {
    if (!workspace || !channels || conversationId || name === "settings" || isOfWorkspace || isElsewhere) return;
    const listed = channels.filter((row) => !placementOf(row.id).is_hidden);
    const last =
      listed.find((row) => row.id === localStore.get(`channel.${workspace.id}`)) ??
      listed.find((row) => row.slug === "general") ??
      listed[0] ??
      channels[0];
    if (last) go(`/w/${workspace.id}/c/${last.id}`, { replace: true });
  }, [workspace?.id, channels, conversationId, name, isOfWorkspace, isElsewhere]);
  // Shortcuts of the installed client begin with something open.
  useEffect(() => {
    const dialog = query.get("open");
    if (dialog === "direct" || dialog === "switcher") setDialog(dialog);
  }, [query]);
  useEffect(() => {
    setPanel(thread ? { kind: "thread", id: thread } : null);
    setSideOpen(false);
    if (workspace && params.channel) localStore.set(`channel.${workspace.id}`, params.channel);
    if (conversationId) noteShown(conversationId);
  }, [conversationId, thread]);
  useEffect(() => {
    loadSaved();
  }, []);
  const closeSide = () => setSideOpen(false);
  const side = useDrawer(isSideOpen, closeSide);
  useTitle(conversationId, workspace);
  useTranslationWatch(workspace);
  /** @param {string} [query] */
  const search = (query = "") => workspace && setPanel({ kind: "search", id: query });
  /** @param {1 | -1} way @param {(row: Listed) => boolean} [isMeant] */
  const step = (way, isMeant) => {
    const next = nextPlace(workspace, conversationId, way, isMeant);
    if (next) go(placePage(next, workspace));
  };
  /** @type {Record<Command, () => void>} */
  const commands = {
    switcher: () => setDialog(dialog === "switcher" ? "" : "switcher"),
    help: () => setDialog(dialog === "shortcuts" ? "" : "shortcuts"),
    search: () => search(),
    next: () => step(1),
    previous: () => step(-1),
    nextUnread: () => step(1, isUnread),
    previousUnread: () => step(-1, isUnread),
  };
  useShortcuts(
    (command) => commands[command](),
    (command) => (command === "switcher" && dialog === "switcher") || (command === "help" && dialog === "shortcuts"),
  );

  /** @type {JumpTo} */
  const jump = (row) => {
    const page = pageOf(row, workspace);
    const path =
      row.channel_id && row.workspace_id
        ? channelPath(row.workspace_id, row.channel_id)
        : directPath(row.conversation_id);
    // The address did not change, though the reader may have scrolled elsewhere since.
    if (page === location.pathname + location.search) conversationOf(row.conversation_id, path).reveal(row.id);
    else go(page);
    if (matchMedia("(max-width: 900px)").matches) setPanel(null);
  };
  /** @param {Message | FoundMessage} row */
  const openThread = (row) => {
    const page = `${pageOf(row, workspace)}&thread=${row.id}`;
    if (page === location.pathname + location.search) setPanel({ kind: "thread", id: row.id });
    else go(page);
  };
  /** @param {Person} user */
  const openDirect = (user) =>
    withToast(async () => {
      /** @type {{data: Direct}} */
      const { data } = await api.post("/direct-conversations", { participant_user_id: user.id });
      await loadSidebar();
      go(directPage(workspace, data.id));
    });
  const canInvite = ["owner", "admin"].includes(workspace?.role ?? "");

  return html`
    <div class=${classes("shell", isSideOpen && "side-open", panel && "with-panel")}>
      <a class="skip" href="#main">
        ${t("skip")}
      </a>
      <${Sidebar}
        workspace=${workspace}
        current=${conversationId}
        setDialog=${setDialog}
        canInvite=${canInvite}
        side=${side}
        onPlace=${closeSide}
        onDrafts=${() => {
          closeSide();
          setPanel({ kind: "drafts" });
        }}
        onInbox=${(/** @type {string} */ kind) => (closeSide(), setPanel({ kind }))}
      />
      <button
        type="button"
        class="scrim"
        aria-label=${t("close")}
        tabindex=${isSideOpen ? 0 : -1}
        onClick=${closeSide}
      ></button>
      ${
        isElsewhere
          ? html`
            <${NoWorkspace}
              workspace=${workspace}
              email=${me.email}
              onMenu=${() => setSideOpen(true)}
              onJoin=${() => setDialog("join")}
            />`
          : isOfWorkspace && workspace?.id === params.workspace.toLowerCase()
            ? html`
            <${WorkspaceSettings}
              workspace=${workspace}
              section=${params.section}
              onMenu=${() => setSideOpen(true)}
            />`
            : conversationId && (params.direct || workspace)
              ? html`
            <${Place}
              key=${conversationId}
              id=${conversationId}
              workspace=${workspace}
              isDirect=${Boolean(params.direct)}
              at=${query.get("at")}
              panel=${panel}
              setPanel=${setPanel}
              onMenu=${() => setSideOpen(true)}
              setDialog=${setDialog}
              jump=${jump}
              canInvite=${canInvite}
            />`
              : html`
            <${Nowhere}
              isOnTheWay=${!app.state.isStarted || Boolean(workspace && !channels)}
              isNew=${!workspace}
              onMenu=${() => setSideOpen(true)}
              setDialog=${setDialog}
            />`
      }
      <${OpenPanel}
        panel=${panel}
        workspace=${workspace}
        nameOf=${nameOf}
        onJump=${jump}
        onThread=${openThread}
        onPerson=${openDirect}
        onInvite=${canInvite && (() => setDialog("invite"))}
        onClose=${() => setPanel(null)}
      />
      ${
        name === "settings" &&
        html`
          <${Settings} section=${route.state.params.section || "profile"} onClose=${() => go(place.current.path)} />`
      }
      <${OpenCard} onMessage=${openDirect} />
      <${OpenDialog}
        name=${dialog}
        workspace=${workspace}
        channel=${findListed(conversationId)}
        current=${conversationId}
        canInvite=${canInvite}
        onPick=${openDirect}
        onSearch=${search}
        onDialog=${setDialog}
        onClose=${() => setDialog("")}
      />
    </div>`;
}

/** What a listed message's conversation is called. @param {{conversation_id: string}} row */
function nameOf(row) {
  const listed = findListed(row.conversation_id);
  return listed?.name ? `#${listed.name}` : listed?.participant?.name;
}
