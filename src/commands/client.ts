/** A client, as commands see it: its connection, and what it has under way. */
import type { Bytes } from "../bytes/bytes.ts";
import type { KeyTable } from "../database/key-table/key-table.ts";
import type { Reply } from "../resp/reply.ts";
import type { Protocol } from "../resp/reply-writer.ts";
import type { User } from "./acl/user.ts";
import type { ClientTracking } from "./connection/tracking-options.ts";

/** How a client's replies are suppressed; see CLIENT REPLY. "reset": not at all, from the next command on if this one is skipped. */
export type ReplyMode = "on" | "off" | "skip" | "reset";

/** Commands that a client queues for EXEC, and the keys that must not change until then. */
export interface Transaction {
  /** True from MULTI to the end of EXEC. */
  readonly isOpen: boolean;
  /** True while EXEC runs. */
  readonly isRunning: boolean;
  /** True when a watched key is known to have changed. */
  readonly isDirty: boolean;
  /** Commands in the queue. */
  readonly count: number;
  /** Memory of queue and watched keys: about that. */
  readonly bytes: number;
  /** MULTI. @throws {CommandError} it is open */
  begin(): void;
  /** Forgets queue and watched keys. */
  discard(): void;
  /** EXEC: runs the queue in this turn. @throws {CommandError} it is not open, or a command was refused */
  execute(): Reply | Promise<Reply>;
  /** @throws {CommandError} too many keys */
  watch(table: KeyTable, keys: readonly Bytes[]): void;
  unwatch(): void;
}

/** What a subscription names: a channel, channels that match a pattern, or a shard channel. */
export type ChannelKind = "channel" | "pattern" | "shard";

/** What one client is subscribed to. */
export interface Subscriptions {
  count(kind: ChannelKind): number;
  names(kind: ChannelKind): Bytes[];
  /** Adds subscriptions; what is there already stays. @throws {CommandError} they take too much memory */
  add(kind: ChannelKind, name: Bytes): void;
  remove(kind: ChannelKind, name: Bytes): void;
  clear(): void;
  /** Refuses what `add` of all these would refuse. @throws {CommandError} they take too much memory */
  check(names: readonly Bytes[]): void;
}

/** A client's connection, as commands see it. */
export interface Client {
  /** Counts up from 1 over the life of the server. */
  readonly id: number;
  /** `host:port`, or `path:0` on a unix socket. */
  readonly address: string;
  readonly localAddress: string;
  readonly isUnix: boolean;
  readonly createdAtMs: number;
  readonly lastActiveAtMs: number;
  /** Name of the command that it asked for last, lower case, with its subcommand (`client|list`); "NULL": of none. */
  readonly lastCommand: string;
  readonly isBlocked: boolean;
  /** True once the connection is to be closed when its replies are sent. */
  readonly isClosing: boolean;
  /** The socket's file descriptor; -1 when it is not known. */
  readonly fd: number;
  /** Bytes received that no command has taken yet. */
  readonly inputBytes: number;
  /** Bytes of replies that the socket has not taken yet. */
  readonly outputBytes: number;
  readonly transaction: Transaction;
  readonly subscriptions: Subscriptions;
  readonly tracking: ClientTracking;
  /** Subscribed to anything. */
  readonly isSubscriber: boolean;
  /** False within EXEC and scripts: who would wait answers at once, who works in slices works to the end. */
  readonly mayWait: boolean;
  /** Gets a line for each command that the server runs: MONITOR. */
  isMonitor: boolean;
  name: string;
  libraryName: string;
  libraryVersion: string;
  /** Who it is: `default` until it says otherwise. */
  user: User;
  authenticated: boolean;
  protocol: Protocol;
  noEvict: boolean;
  noTouch: boolean;
  /** Number of the database selected. */
  readonly database: number;
  /** Database in which this client's commands run. @throws {CommandError} no such database */
  select(database: number): void;
  setReplyMode(mode: ReplyMode): void;
  /** Closes the connection once what was answered so far is sent. */
  closeAfterReply(): void;
  /** Closes the connection now. */
  kill(): void;
  /** Ends a blocking command with an error, or (null) as by a time-out. False when none is under way. */
  unblock(error: string | null): boolean;
  /**
   * For a command that waits: registers what ends it when somebody unblocks this client or it goes away. It answers
   * false when the command has ended already.
   */
  onUnblock(cancel: (error: string | null) => boolean): void;
  /** True after `replauth` was given: it may replicate, and nothing else. */
  mayReplicate: boolean;
  /** True when it asks for the log, as slaves do. */
  readonly isSlave: boolean;
  /** A command that may write has run since WAIT asked last. */
  hasWritten: boolean;
}
