/** The words that the client uses for what the API answers, and what its modules and views hand to each other. */
import type * as realtime from "./realtime";
import type * as api from "./schema";

// ── Resources ──

export type User = api.UserAnswer;
export type Workspace = api.WorkspaceResource;
export type Channel = api.ChannelResource;
export type Member = api.ListedMemberResource;
export type BrowsedChannel = api.BrowsedChannelResource;
export type Placement = api.PlacementResource;
export type SidebarSection = api.SidebarSectionResource;
/** A heading of the sidebar with the places under it; `section` is one of the reader's own. */
export type SidebarGroup = { key: string; section?: SidebarSection; rows: Listed[] };
export type Direct = api.DirectConversationResource;
export type Message = api.MessageResource;
export type Reaction = api.ReactionResource;
export type Reactor = api.ReactorResource;
export type FoundMessage = api.FoundMessageResource;
export type SharedFile = api.SharedFileResource;
export type Attachment = api.AttachmentResource;
export type Invite = api.InviteResource;
/** A person as far as a view needs them; whoever shares a conversation or workspace is known better. */
export type Person = api.PersonResource & Partial<api.PersonProfileResource>;
/** A channel or a direct conversation, where both will do. */
export type Listed = Partial<Channel> & Partial<Direct> & { id: string; unread_count: number };
export type Stay = {
  guest: api.JoinedGuestResource;
  session: api.GuestSessionResource;
  room: api.JoinedRoomResource;
};
/** A page of messages around a cursor, newest first. */
export type MessagePage = api.MessageListAnswer;
/** Who reads and writes: an account or a guest. */
export type Identity = { kind: "user" | "guest"; id: number | string };
/** How a query is written: what is undefined or null is left out. */
export type Query = Record<string, string | number | boolean | null | undefined>;

// ── Frames of the realtime socket (docs/realtime.md) ──

/** Each conversation and each workspace is a stream; a frame is of one or the other. */
type OfOneStream<Frame> = Frame extends { conversation_id: string }
  ? Frame & { workspace_id?: undefined }
  : Frame extends { workspace_id: string }
    ? Frame & { conversation_id?: undefined }
    : Frame;
export type ServerFrame = OfOneStream<realtime.ServerFrame>;
export type ClientFrame = realtime.ClientFrame;
export type HelloFrame = realtime.HelloFrame;
export type EventFrame = Extract<ServerFrame, { type: "event" }>;
export type ConversationEventFrame = Extract<EventFrame, { conversation_id: string }>;
export type WorkspaceEventFrame = Extract<EventFrame, { workspace_id: string }>;
export type SignalFrame = Extract<ServerFrame, { type: "signal" }>;
export type ReactionChange = realtime.ReactionChange;
/** Who did something: exactly one of the two. */
export type Actor = realtime.TypingSignal["data"];

export type LinkState = "connecting" | "online" | "offline";

// ── Models ──

/** A file that was uploaded, as far as an outgoing message needs it. */
export type SentFile = { id: string; client_name: string; size: number };
/** A message on its way out. `key` names it to the service: as its Idempotency-Key and its client_id. */
export type Outgoing = {
  key: string;
  content: string;
  files: SentFile[];
  parent: string | null;
  /** Of a reply: shown in the conversation too. */
  isBroadcast?: boolean;
  language?: string;
  state: "sending" | "waiting" | "failed";
  error: string;
  at: string;
};
export type NewMessage = {
  content: string;
  files?: SentFile[];
  parent?: string | null;
  isBroadcast?: boolean;
  language?: string;
};

// ── Views ──

export type Conversation = import("./static/web/conversation/conversation.js").Conversation;
export type OfMessage = { message: Message; conversation: Conversation };
export type InConversation = { conversation: Conversation; room: Room };
/** A list of the API as a view holds it: null until it is here. */
export type Rows<T> = { rows: T[] | null; load: () => Promise<unknown>; isMissing: boolean };
/** Of what somebody can close. */
export type Closing = { onClose: () => void };

/** What `html` makes. */
export type VNode = { type: unknown; props: unknown; key: unknown };
export type Children = VNode | string | number | boolean | null | undefined | Children[];
export type Ref<E> = { current: E };
/** An event that a view hears at its own element. */
export type On<E extends Element, K extends Event = Event> = K & { currentTarget: E; target: Element };

/** What a conversation's views may know of where it stands, and what is allowed there. */
export interface Room {
  me: { id: number | string; name: string; avatar_url?: string | null };
  /** What is read here. */
  language: string;
  /** When originals stand under their translations. */
  originals?: User["show_originals"];
  /** Present names by id. */
  names: Map<string, string>;
  people?: Person[];
  /** Other languages that are read here. */
  languages?: string[];
  workspaceId?: string;
  isGuest?: boolean;
  isClosed?: boolean;
  isReadOnly?: boolean;
  hasChannel?: boolean;
  /** What the conversation is called. */
  title?: string;
  canAttach?: boolean;
  canPreview?: boolean;
  canCorrect?: boolean;
  canModerate?: boolean;
  onThread?: (id: string) => void;
  onJump?: (id: string) => void;
}
