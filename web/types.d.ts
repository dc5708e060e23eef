/** The words that the client uses for what the API answers, and what its views hand to each other. */
import type * as api from "./schema";

export type User = api.UserAnswer;
export type Workspace = api.WorkspaceResource;
export type Channel = api.ChannelResource;
export type Member = api.MemberResource;
export type Direct = api.DirectConversationResource;
export type Message = api.MessageResource;
export type Found = api.FoundMessageResource;
export type Attachment = api.AttachmentResource;
export type Invite = api.InviteResource;
export type Person = api.PersonResource & { language?: string | null };
/** A channel or a direct conversation, where both will do. */
export type Listed = Partial<Channel> & Partial<Direct> & { id: string; unread_count: number };
export type Stay = { guest: api.JoinedGuestResource; session: api.GuestSessionResource; room: api.JoinedRoomResource };

/** What a conversation's views may know of the place that it is in. */
export interface Room {
  me: { id: number | string; name: string; avatar_url?: string | null };
  /** What is read here. */
  language: string;
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
  canAttach?: boolean;
  canPreview?: boolean;
  canCorrect?: boolean;
  canModerate?: boolean;
  onThread?: (id: string) => void;
  onJump?: (id: string) => void;
}
