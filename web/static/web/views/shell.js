/** The signed-in client: places at the side, the conversation in the middle, a panel beside it. */
import * as api from "../api.js";
import {
  app,
  withToast,
  changeMe,
  channelPath,
  conversationOf,
  directPath,
  loadChannels,
  loadMembers,
  loadSidebar,
  refreshRoomState,
  pageOf,
  findListed,
  toast,
  setShown,
  signOut,
  patchListed,
  sendTyping,
  unreadIn,
  unreadInAll,
  useTheme,
} from "../app.js";
import {
  classes,
  html,
  localStore,
  useEffect,
  useLayoutEffect,
  useMemo,
  useObserved,
  useRef,
  useState,
} from "../core.js";
import { LANGUAGES, number, spoken, t } from "../i18n.js";
import { go, route } from "../router.js";
import { stripBidi } from "../text.js";
import { Blocking } from "./blocks.js";
import { Composer } from "./composer.js";
import {
  ChannelSettings,
  InvitePeople,
  JoinWorkspace,
  LeaveWorkspace,
  NewChannel,
  NewDirect,
  NewWorkspace,
  RenameWorkspace,
  Rooms,
} from "./dialogs.js";
import { Members, Pins, Search, Thread } from "./panels.js";
import { Levels } from "./notifications.js";
import { Avatar, Empty, Icon, IconButton, Logo, Menu, MenuItem, Name, Waiting } from "./parts.js";
import { Settings } from "./settings.js";
import { Timeline } from "./timeline.js";
import { Unread } from "./unread.js";

export function Shell() {
  useObserved(route);
  const { workspaces, me } = app.state;
  const { name, query } = route.state;
  // Settings stand over the conversation that one came from.
  const place = useRef({ path: "/", params: /** @type {Record<string, string>} */ ({}) });
  if (name !== "settings") place.current = { path: location.pathname, params: route.state.params };
  const { params } = place.current;
  const [dialog, setDialog] = useState("");
  const [panel, setPanel] = useState(/** @type {{kind: string, id?: string} | null} */ (null));
  const [isSideOpen, setSideOpen] = useState(false);
  const workspace =
    workspaces.find((row) => row.id === params.workspace?.toLowerCase()) ??
    workspaces.find((row) => row.id === localStore.get("workspace")) ??
    workspaces[0];
  const channels = workspace && app.state.channels[workspace.id];
  const conversationId = (params.direct || params.channel || "").toLowerCase();

  useEffect(() => {
    if (!workspace) return;
    localStore.set("workspace", workspace.id);
    withToast(() => Promise.all([loadChannels(workspace.id, { withArchived: true }), loadMembers(workspace.id)]));
  }, [workspace?.id]);
  // An address without a conversation leads to the last one, else the first.
  useEffect(() => {
    if (!workspace || !channels || conversationId || name === "settings") return;
    const last =
      channels.find((row) => row.id === localStore.get(`channel.${workspace.id}`)) ??
      channels.find((row) => row.slug === "general") ??
      channels[0];
    if (last) go(`/w/${workspace.id}/c/${last.id}`, { replace: true });
  }, [workspace?.id, channels, conversationId, name]);
  useEffect(() => {
    setPanel(null);
    setSideOpen(false);
    if (workspace && params.channel) localStore.set(`channel.${workspace.id}`, params.channel);
  }, [conversationId]);
  const closeSide = () => setSideOpen(false);
  const side = useDrawer(isSideOpen, closeSide);
  useTitle(conversationId, workspace);
  useShortcuts({ onSearch: () => workspace && setPanel({ kind: "search" }) });

  const jump = (row) => {
    const page = pageOf(row, workspace);
    const path = row.channel_id
      ? channelPath(row.workspace_id, row.channel_id)
      : `/direct-conversations/${row.conversation_id}`;
    // The same address again changes nothing, though one may have scrolled away since.
    if (page === location.pathname + location.search) conversationOf(row.conversation_id, path).show(row.id);
    else go(page);
    if (matchMedia("(max-width: 900px)").matches) setPanel(null);
  };
  const openDirect = (user) =>
    withToast(async () => {
      const { data } = await api.post("/direct-conversations", { participant_user_id: user.id });
      await loadSidebar();
      go(directPath(workspace, data.id));
    });
  const canInvite = workspace && ["owner", "admin"].includes(workspace.role ?? "");

  return html`
    <div class=${classes("shell", isSideOpen && "side-open", panel && "with-panel")}>
      <a class="skip" href="#main">
        ${t("skip")}
      </a>
      <${Sidebar}
        workspace=${workspace}
        channels=${channels}
        current=${conversationId}
        setDialog=${setDialog}
        canInvite=${canInvite}
        side=${side}
        onPlace=${closeSide}
      />
      <button
        type="button"
        class="scrim"
        aria-label=${t("close")}
        tabindex=${isSideOpen ? 0 : -1}
        onClick=${closeSide}
      ></button>
      ${
        conversationId && (params.direct || workspace)
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
            <main id="main" class="stage" tabindex="-1">
              <${Link} />
              <header class="stage-head">
                <${IconButton}
                  class="menu-toggle"
                  name="menu"
                  label=${t("nav.open")}
                  onClick=${() => setSideOpen(true)}
                />
              </header>
              ${
                !app.state.isStarted || (workspace && !channels)
                  ? html`
                    <${Waiting} />`
                  : !workspace &&
                    html`
                      <${Empty} whole icon="globe" title=${t("empty.title", { name: me.name })}>
                        <p>${t("empty.lead")}</p>
                        <p class="form-end">
                          <button type="button" class="button primary" onClick=${() => setDialog("workspace")}>
                            ${t("workspace.new")}
                          </button>
                          <button type="button" class="button" onClick=${() => setDialog("join")}>
                            ${t("workspace.join")}
                          </button>
                        </p>
                      <//>`
              }
            </main>`
      }
      ${
        panel?.kind === "search" &&
        html`
          <${Search}
            workspaceId=${workspace.id}
            nameOf=${(row) => {
              const place = findListed(row.conversation_id);
              return place?.name ? `#${place.name}` : place?.participant?.name;
            }}
            onJump=${jump}
            onClose=${() => setPanel(null)}
          />`
      }
      ${
        panel?.kind === "members" &&
        html`
          <${Members}
            workspaceId=${workspace.id}
            role=${workspace.role}
            onClose=${() => setPanel(null)}
            onMessage=${openDirect}
            onInvite=${canInvite && (() => setDialog("invite"))}
          />`
      }
      ${
        name === "settings" &&
        html`
          <${Settings} section=${route.state.params.section || "profile"} onClose=${() => go(place.current.path)} />`
      }
      ${dialog === "workspace" && html`<${NewWorkspace} onClose=${() => setDialog("")} />`}
      ${dialog === "room" && html`<${Rooms} onClose=${() => setDialog("")} />`}
      ${dialog === "join" && html`<${JoinWorkspace} onClose=${() => setDialog("")} />`}
      ${dialog === "rename" && html`<${RenameWorkspace} workspace=${workspace} onClose=${() => setDialog("")} />`}
      ${dialog === "leave" && html`<${LeaveWorkspace} workspace=${workspace} onClose=${() => setDialog("")} />`}
      ${dialog === "channel" && html`<${NewChannel} workspace=${workspace} onClose=${() => setDialog("")} />`}
      ${
        dialog === "channel-settings" &&
        findListed(conversationId) &&
        html`
          <${ChannelSettings}
            channel=${findListed(conversationId)}
            workspace=${workspace}
            onClose=${() => setDialog("")}
          />`
      }
      ${
        dialog === "direct" &&
        html`
          <${NewDirect} workspace=${workspace} onPick=${openDirect} onClose=${() => setDialog("")} />`
      }
      ${dialog === "invite" && html`<${InvitePeople} workspace=${workspace} onClose=${() => setDialog("")} />`}
    </div>`;
}

function useTitle(conversationId, workspace) {
  const unread = unreadInAll();
  const place = findListed(conversationId);
  const where = place?.name
    ? `#${stripBidi(place.name)}`
    : place?.participant
      ? stripBidi(place.participant.name)
      : workspace
        ? stripBidi(workspace.name)
        : "";
  useEffect(() => {
    document.title = `${unread ? `(${number(unread)}) ` : ""}${where ? `${where} · ` : ""}Rosetta`;
    if (unread) navigator.setAppBadge?.(unread).catch(() => {});
    else navigator.clearAppBadge?.().catch(() => {});
  }, [unread, where]);
}

function useShortcuts({ onSearch }) {
  useEffect(() => {
    const onKey = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onSearch();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}

/** The list of places, which lies over a phone's conversation: open, it has the focus, and gives it back at its end. */
function useDrawer(isOpen, onClose) {
  const side = useRef(null);
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    side.current.focus();
    const onKey = (event) => event.key === "Escape" && !event.target.closest("dialog") && onClose();
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("keydown", onKey);
      if (side.current?.contains(document.activeElement)) before?.focus();
    };
  }, [isOpen]);
  return side;
}

/** Says that the connection is gone, once it is gone for more than a moment. */
function Link() {
  const { link, error } = app.state;
  const [isSaid, setSaid] = useState(false);
  useEffect(() => {
    if (link === "online") return setSaid(false);
    const timer = setTimeout(() => setSaid(true), 1200);
    return () => clearTimeout(timer);
  }, [link === "online"]);
  return html`
    <div class=${classes("link-state", (isSaid || error) && "on")} role="status">
      ${
        isSaid
          ? html`
            <span class="spinner"></span> ${t("link.lost")}`
          : error
            ? error.sentence
            : ""
      }
    </div>`;
}

// ── The side ──

function Sidebar({ workspace, channels, current, setDialog, canInvite, side, onPlace }) {
  const { workspaces, directs, me, presence, theme } = app.state;
  const archived = app.state.archived[workspace?.id] ?? [];
  const elsewhere = workspaces.reduce((sum, row) => sum + (row.id === workspace?.id ? 0 : unreadIn(row.id)), 0);
  return html`
    <nav
      class="side"
      ref=${side}
      tabindex="-1"
      aria-label=${t("nav.label")}
      onClick=${(event) => event.target.closest(".place") && onPlace()}
    >
      <div class="side-head">
        <${Menu}
          class="grow"
          align="start"
          label=${t("workspace.switch")}
          button=${html`<span class="workspace-name">
              <${Logo} />
              <span class="workspace-title">
                <${Name}>${workspace?.name ?? "Rosetta"}<//>
              </span>
              <${Unread} count=${elsewhere} label=${t("unread.elsewhere", { count: elsewhere })} />
              <${Icon} name="down" />
            </span>`}
        >
          ${workspaces.map(
            (row) => html`
              <${MenuItem} key=${row.id} checked=${row.id === workspace?.id} onClick=${() => go(`/w/${row.id}`)}>
                <${Name}>${row.name}<//> <${Unread} count=${unreadIn(row.id)} />
              <//>`,
          )}
          <hr />
          ${
            canInvite &&
            html`
              <${MenuItem} icon="link" onClick=${() => setDialog("invite")}>
                ${t("invite.make")}
              <//>`
          }
          <${MenuItem} icon="plus" onClick=${() => setDialog("workspace")}>
            ${t("workspace.new")}
          <//>
          <${MenuItem} icon="people" onClick=${() => setDialog("join")}>
            ${t("workspace.join")}
          <//>
          <${MenuItem} icon="clock" onClick=${() => setDialog("room")}>
            ${t("rooms.title")}
          <//>
          ${
            workspace?.kind === "team" &&
            html`
              <hr />
              ${
                canInvite &&
                html`
                  <${MenuItem} icon="edit" onClick=${() => setDialog("rename")}>
                    ${t("workspace.rename")}
                  <//>`
              }
              <${MenuItem} icon="out" danger onClick=${() => setDialog("leave")}>
                ${t("workspace.leave")}
              <//>`
          }
        <//>
      </div>
      <div class="side-body" tabindex="-1">
        ${
          workspace &&
          html`
            <section aria-labelledby="channels-title">
              <div class="side-title">
                <h2 id="channels-title">${t("channels.title")}</h2>
                <${IconButton} name="plus" label=${t("channel.new")} onClick=${() => setDialog("channel")} />
              </div>
              <ul>
                ${(channels ?? []).map(
                  (row) => html`
                    <li key=${row.id}>
                      <${ChannelLink} row=${row} current=${current} unread=${row.unread_count} />
                    </li>`,
                )}
              </ul>
              ${
                archived.length > 0 &&
                html`
                  <details class="side-more">
                    <summary>${t("channels.archived")}</summary>
                    <ul>
                      ${archived.map(
                        (row) => html`
                          <li key=${row.id}>
                            <${ChannelLink} row=${row} current=${current} unread=${0} />
                          </li>`,
                      )}
                    </ul>
                  </details>`
              }
            </section>`
        }
        ${
          (workspace || directs.length > 0) &&
          html`
            <section aria-labelledby="directs-title">
              <div class="side-title">
                <h2 id="directs-title">${t("directs.title")}</h2>
                <${IconButton} name="plus" label=${t("direct.new")} onClick=${() => setDialog("direct")} />
              </div>
              <ul>
                ${directs.map(
                  (row) => html`
                    <li key=${row.id}>
                      <${PlaceLink}
                        href=${directPath(workspace, row.id)}
                        isCurrent=${row.id === current}
                        unread=${row.unread_count}
                        name=${row.participant.name}
                      >
                        <span class=${`presence ${presence[row.participant.id] ?? ""}`}>
                          <${Avatar}
                            name=${row.participant.name}
                            url=${row.participant.avatar_url}
                            seed=${`user${row.participant.id}`}
                            size="tiny"
                          />
                        </span>
                      <//>
                    </li>`,
                )}
              </ul>
            </section>`
        }
      </div>
      <div class="side-foot">
        <${Avatar} name=${me.name} url=${me.avatar_url} seed=${`user${me.id}`} />
        <span class="person">
          <strong>
            <${Name}>${me.name}<//>
          </strong>
          <span class="hint" lang=${spoken()}>
            ${LANGUAGES[me.preferred_language] ?? ""}
          </span>
        </span>
        <${Menu} label=${t("language.read")} icon="globe">
          ${Object.entries(LANGUAGES).map(
            ([code, label]) => html`
              <${MenuItem}
                key=${code}
                checked=${code === me.preferred_language}
                lang=${code}
                onClick=${() => readIn(code, workspace)}
              >
                ${label}
              <//>`,
          )}
        <//>
        <${Menu} label=${t("me.menu")} icon="gear">
          <${MenuItem} icon="gear" onClick=${() => go("/w/settings/profile")}>
            ${t("settings.title")}
          <//>
          ${["auto", "light", "dark"].map(
            (choice) => html`
              <${MenuItem}
                key=${choice}
                icon=${choice === "dark" ? "moon" : "sun"}
                checked=${theme === choice}
                onClick=${() => useTheme(choice)}
              >
                ${t(`theme.${choice}`)}
              <//>`,
          )}
          <hr />
          <${MenuItem} icon="out" onClick=${signOut}>
            ${t("me.signOut")}
          <//>
        <//>
      </div>
    </nav>`;
}

/** Read everything in `code`: the account's language, and this workspace's own where it has one. */
async function readIn(code, workspace) {
  const { me, members } = app.state;
  const mine = workspace && members[workspace.id]?.find((row) => row.user.id === me.id);
  await withToast(async () => {
    if (mine?.preferred_language && mine.preferred_language !== code) {
      await api.put(`/workspaces/${workspace.id}/members/${mine.id}`, {
        role: mine.role,
        preferred_language: code,
      });
      await loadMembers(workspace.id);
    }
    await changeMe({ preferred_language: code });
    toast(t("language.changed"));
  });
}

const PlaceLink = ({ href, isCurrent, unread, name, children }) => html`
  <a
    class=${classes("place", isCurrent && "current", unread > 0 && "unread")}
    href=${href}
    data-go
    aria-current=${isCurrent ? "page" : undefined}
  >
    ${children}
    <span class="place-name">
      <${Name}>${name}<//>
    </span>
    <${Unread} count=${unread} />
  </a>`;

const ChannelLink = ({ row, current, unread }) => html`
  <${PlaceLink}
    href=${`/w/${row.workspace_id}/c/${row.id}`}
    isCurrent=${row.id === current}
    unread=${unread}
    name=${row.name}
  >
    <${Icon} name=${row.visibility === "private" || row.has_password ? "lock" : "hash"} />
  <//>`;

// ── A conversation ──

function Place({ id, workspace, isDirect, at, panel, setPanel, onMenu, setDialog, jump, canInvite }) {
  const { me, members } = app.state;
  const listed = findListed(id);
  // Listed elsewhere, say in another workspace, it is not at this address.
  const place = (isDirect ? listed?.participant : listed?.workspace_id === workspace.id) ? listed : undefined;
  const path = isDirect ? `/direct-conversations/${id}` : channelPath(workspace.id, id);
  const conversation = conversationOf(id, path);
  useObserved(conversation);
  const roll = members[workspace?.id];
  const people = useMemo(() => peopleOf(place?.participant, roll, me), [place?.participant, roll, me]);
  const spokenBy = languagesOf(conversation, people);
  const languages = [...new Set([...people.map((person) => person.language), ...spokenBy.values()])].filter(Boolean);
  const names = useMemo(() => new Map(people.map((person) => [String(person.id), person.name])), [people]);
  const needsPassword = !isDirect && place?.has_password && !place.is_member;

  useEffect(() => {
    setShown(id);
    return () => {
      setShown("");
      conversation.readSeq = Infinity;
    };
  }, [id]);
  const isKnown = Boolean(place);
  useEffect(() => {
    if (needsPassword) return;
    if (at && conversation.find(at)) conversation.show(at);
    else if (at || !conversation.isOpen || !conversation.atEnd)
      conversation.open({ around: at || undefined, unread: place?.unread_count ?? 0 });
    else if (place?.unread_count) conversation.readSeq = conversation.lastSeq - place.unread_count;
  }, [id, at, needsPassword, isKnown]);

  const isOwnRoom = !isDirect && workspace.kind === "temporary_room" && workspace.role === "owner";
  useEffect(() => {
    if (isOwnRoom) refreshRoomState(conversation, workspace.id);
  }, [conversation, isOwnRoom]);

  const mine = roll?.find((row) => row.user.id === me.id);
  const language = (!isDirect && mine?.preferred_language) || me.preferred_language;
  // The same object until something in it changes: rows are drawn again when it does.
  const room = useMemo(
    () => ({
      me,
      names,
      language,
      workspaceId: workspace?.id,
      hasChannel: !isDirect,
      canAttach: true,
      canPreview: Boolean(workspace),
      canCorrect: true,
      people: people.map((person) => ({ ...person, language: person.language ?? spokenBy.get(person.id) })),
      languages: languages.filter((code) => code !== language),
      canModerate: !isDirect && ["owner", "admin"].includes(workspace?.role),
      isReadOnly: Boolean(place?.is_archived) || conversation.isOver,
      onThread: (messageId) => setPanel({ kind: "thread", id: messageId }),
      onJump: (messageId) => conversation.show(messageId),
    }),
    [
      me,
      people,
      language,
      languages.join(),
      [...spokenBy].join(),
      conversation,
      workspace?.id,
      workspace?.role,
      place?.is_archived,
      conversation.isOver,
    ],
  );
  const onRead = () => {
    if (place?.unread_count || conversation.messages.length)
      conversation.markRead((state) => patchListed(id, () => ({ unread_count: state.unread_count })));
  };
  const onTyping = () => sendTyping(id);
  const title = isDirect ? place?.participant?.name : place?.name;
  const toggle = (kind) => setPanel(panel?.kind === kind ? null : { kind });
  if (!place && conversation.isMissing) return html`<${Gone} workspace=${workspace} onMenu=${onMenu} />`;

  return html`
    <main id="main" class="stage" tabindex="-1">
      <${Link} />
      <header class="stage-head">
        <${IconButton} class="menu-toggle" name="menu" label=${t("nav.open")} onClick=${onMenu} />
        ${
          isDirect
            ? html`
              <${Avatar}
                name=${title}
                url=${place?.participant?.avatar_url}
                seed=${`user${place?.participant?.id}`}
              />`
            : html`
              <${Icon}
                name=${place?.visibility === "private" || place?.has_password ? "lock" : "hash"}
                class="stage-icon"
              />`
        }
        <h1 class="stage-title">
          <${Name}>${title ?? ""}<//>
        </h1>
        ${
          languages.length > 1 &&
          html`
            <span class="tongues" title=${t("tongues", { count: languages.length })}>
              <${Icon} name="translate" />${" "}
              ${languages.map(
                (code) => html`
                  <span key=${code} lang=${code}>
                    ${code === "zh-CN" ? "中" : ({ en: "EN", ja: "日", th: "ไทย", id: "ID" }[code] ?? code)}
                  </span>`,
              )}
            </span>`
        }
        <span class="grow"></span>
        <${IconButton}
          name="search"
          label=${`${t("search.title")} (Ctrl K)`}
          onClick=${() => toggle("search")}
        />
        <${IconButton} class="roomy" name="pin" label=${t("pins.title")} onClick=${() => toggle("pins")} />
        ${
          !isDirect &&
          html`
            <${IconButton}
              class="roomy"
              name="people"
              label=${t("members.title")}
              onClick=${() => toggle("members")}
            />`
        }
        ${
          place &&
          html`
            <${PlaceMenu}
              path=${path}
              person=${place.participant}
              toggle=${toggle}
              onSettings=${() => setDialog("channel-settings")}
            />`
        }
      </header>
      ${
        needsPassword
          ? html`
            <${Locked} channel=${place} workspace=${workspace} />`
          : html`
            <${Timeline}
              conversation=${conversation}
              room=${room}
              onRead=${onRead}
              intro=${html`<div class="intro">
                  <h2>
                    ${
                      isDirect
                        ? html`
                          <${Name}>${title}<//>`
                        : html`
                          #<${Name}>${title}<//>`
                    }
                  </h2>
                  <p>${t(isDirect ? "direct.intro" : "channel.intro")}</p>
                  ${
                    canInvite &&
                    !isDirect &&
                    people.length < 2 &&
                    html`
                      <button type="button" class="button" onClick=${() => setDialog("invite")}>
                        <${Icon} name="link" /> ${t("invite.make")}
                      </button>`
                  }
                </div>`}
            />
            ${
              room.isReadOnly
                ? html`
                  <p class="archived">${t(conversation.isOver ? "room.over" : "channel.archived")}</p>`
                : (place || conversation.isOpen) &&
                  html`
                    <${Composer}
                      key=${id}
                      conversation=${conversation}
                      room=${room}
                      onTyping=${onTyping}
                      autofocus=${true}
                      label=${
                        isDirect
                          ? t("composer.writeTo", { name: stripBidi(title ?? "") })
                          : t("composer.writeIn", { name: stripBidi(title ?? "") })
                      }
                    />`
            }`
      }
    </main>
    ${
      panel?.kind === "thread" &&
      html`
        <${Thread}
          key=${panel.id}
          conversation=${conversation}
          room=${room}
          id=${panel.id}
          onClose=${() => setPanel(null)}
          onTyping=${onTyping}
        />`
    }
    ${
      panel?.kind === "pins" &&
      html`
        <${Pins} conversation=${conversation} onJump=${jump} onClose=${() => setPanel(null)} />`
    }`;
}

/** Where a conversation was, or never has been. */
const Gone = ({ workspace, onMenu }) => html`
  <main id="main" class="stage" tabindex="-1">
    <${Link} />
    <header class="stage-head">
      <${IconButton} class="menu-toggle" name="menu" label=${t("nav.open")} onClick=${onMenu} />
    </header>
    <${Empty} whole icon="warn" title=${t("error.notFound")}>
      <a class="button primary" href=${workspace ? `/w/${workspace.id}` : "/"} data-go>
        ${workspace ? html`<${Name}>${workspace.name}<//>` : t("back")}
      </a>
    <//>
  </main>`;

/** What else one may do here; on a narrow screen also what has a button of its own elsewhere. */
function PlaceMenu({ path, person, toggle, onSettings }) {
  return html`
    <${Menu} label=${t("place.more")} icon="more">
      <${MenuItem} class="narrow" icon="pin" onClick=${() => toggle("pins")}>
        ${t("pins.title")}
      <//>
      ${
        !person &&
        html`
          <${MenuItem} class="narrow" icon="people" onClick=${() => toggle("members")}>
            ${t("members.title")}
          <//>`
      }
      ${
        !person &&
        html`
          <${MenuItem} icon="gear" onClick=${onSettings}>
            ${t("channel.settings")}
          <//>`
      }
      <${Levels} path=${path} />
      ${person && html`<${Blocking} person=${person} />`}
    <//>`;
}

/** Who reads here, and in what as far as it is known: the two of a direct conversation, else the workspace's members. */
function peopleOf(participant, roll, me) {
  if (participant)
    return [
      { ...participant, language: null },
      { id: me.id, name: me.name, language: me.preferred_language },
    ];
  return (roll ?? []).map((row) => ({
    ...row.user,
    language: row.preferred_language ?? (row.user.id === me.id ? me.preferred_language : null),
  }));
}

/** What somebody last wrote in is what they read in, where nothing else is known. @returns {Map<number, string>} */
function languagesOf(conversation, people) {
  const known = new Map();
  for (const message of conversation.messages)
    if (message.sender?.kind === "user" && message.original_content)
      known.set(message.sender.id, message.original_language);
  return new Map(people.filter((person) => known.has(person.id)).map((person) => [person.id, known.get(person.id)]));
}

function Locked({ channel, workspace }) {
  const [problem, setProblem] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    try {
      await api.post(`${channelPath(workspace.id, channel.id)}/join`, {
        password: new FormData(event.target).get("password"),
      });
      await loadChannels(workspace.id);
    } catch (error) {
      setProblem(error.sentence ?? String(error));
    }
  };
  return html`
    <${Empty} icon="lock" title=${t("channel.locked")}>
      <form class="form inline" onSubmit=${submit}>
        <input
          type="password"
          name="password"
          autocomplete="off"
          aria-label=${t("signin.password")}
          placeholder=${t("signin.password")}
        />
        <button class="button primary">${t("channel.enter")}</button>
      </form>
      ${
        problem &&
        html`
          <p class="form-error" role="alert">
            ${problem}
          </p>`
      }
    <//>`;
}
