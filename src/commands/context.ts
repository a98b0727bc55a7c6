/** What a command may ask of the connection that sent it and of the server around it. */
import type { Bytes } from "../bytes/bytes.ts";
import type { Config } from "../config/config.ts";
import type { DB } from "../database/db.ts";
import type { KeyTable } from "../database/key-table/key-table.ts";
import type { Ledis } from "../database/ledis.ts";
import type { Scripting } from "../lua/scripting.ts";
import type { Reply } from "../resp/reply.ts";
import type { Protocol } from "../resp/reply-writer.ts";
import type { Request } from "../resp/request.ts";
import type { AccessControl } from "./acl/access-control.ts";
import type { User } from "./acl/user.ts";
import type { Command } from "./command.ts";
import type { ClientTracking, Tracking } from "./connection/tracking-options.ts";
import type { CommandTable } from "./table.ts";

/** How a client's replies are suppressed; see CLIENT REPLY. */
export type ReplyMode = "on" | "off" | "skip";

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
  execute(): Answer;
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

/** Messages between clients. */
export interface PubSub {
  /** Sends a message to all who are subscribed; answers to how many subscriptions. */
  publish(kind: "channel" | "shard", channel: Bytes, message: Bytes): number;
  /** Names that somebody is subscribed to, those that match a pattern if it is given. */
  names(kind: ChannelKind, pattern: Bytes | null): Bytes[];
  subscribers(kind: ChannelKind, name: Bytes): number;
  /** How many names somebody is subscribed to. */
  count(kind: ChannelKind): number;
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

/** One slow command. */
export interface SlowLogEntry {
  readonly id: number;
  /** Unix seconds. */
  readonly time: number;
  readonly durationUs: number;
  readonly args: readonly Uint8Array[];
  readonly address: string;
  readonly clientName: string;
}

export interface SlowLog {
  readonly length: number;
  /** Newest first; a negative count means all. */
  entries(count: number): readonly SlowLogEntry[];
  clear(): void;
}

/** Which commands CLIENT PAUSE holds back. */
export type PauseMode = "all" | "write";

export interface ShutdownOptions {
  /** Flush to SQLite first (SAVE, the default) or leave it to recovery (NOSAVE). */
  readonly save: boolean;
}

/** Counters that CONFIG RESETSTAT sets back. */
export interface ServerStats {
  connectionsReceived: number;
  connectionsRejected: number;
  commandsProcessed: number;
  errorReplies: number;
  inputBytes: number;
  outputBytes: number;
  /** Rates, each over about the last second. */
  commandsPerSecond: number;
  inputBytesPerSecond: number;
  outputBytesPerSecond: number;
  /** Most resident memory seen so far, in bytes. */
  memoryPeakBytes: number;
  /** Calls, time and failures by command name, lower case. */
  readonly commands: Map<string, CommandStats>;
  /** Error replies by code word. */
  readonly errors: Map<string, number>;
}

export interface CommandStats {
  calls: number;
  microseconds: number;
  rejected: number;
  failed: number;
}

/** What became of SAVE and BGSAVE, which move everything into SQLite and make it durable there. */
export interface SaveStatus {
  readonly inProgress: boolean;
  /** Saves that succeeded. */
  readonly count: number;
  readonly lastSucceeded: boolean;
  /** Unix seconds; of the server's start while there was none. */
  readonly lastTime: number;
  /** How long the last one took; -1 while there was none. */
  readonly lastSeconds: number;
  /** Since when one is under way, in seconds; -1 when none is. */
  readonly currentSeconds: number;
}

/** What the access log could not write. */
export interface AccessLogStatus {
  readonly droppedLines: number;
  /** Why the last write failed; null when it did not. */
  readonly failure: string | null;
}

/** How a command went. */
export interface ObservedCall {
  readonly reply: Reply;
  readonly durationUs: number;
  /** It was refused before it ran. */
  readonly isRejected: boolean;
}

/** Who counts what scripts do. */
export interface CallObserver {
  /** A script has called a command. */
  ranInScript(context: Context, command: Command, request: Request, call: ObservedCall): void;
}

/** How far a slave is with its master. */
export type LinkState = "connect" | "connecting" | "handshake" | "sync" | "connected";

/** A slave's link to its master. */
export interface MasterStatus {
  readonly host: string;
  readonly port: number;
  readonly state: LinkState;
  /** Since the master was heard last; -1 while it never was. */
  readonly lastIoSeconds: number;
  /** Since the link was up last; -1 while it never was. */
  readonly downSeconds: number;
  /** Why the link is down; null when nothing has failed since it was up. */
  readonly error: string | null;
  /** Bytes of the full copy under way that have come. */
  readonly syncBytes: number;
  /** Bytes of the master's log that are not here yet; -1: not known. */
  readonly lagBytes: number;
  /** Since this server last had all of the master's log, as far as it knows; -1: it never had. */
  readonly lagSeconds: number;
  /** Changes of a master of another kind that could not be repeated here, since it was followed. */
  readonly skipped: number;
}

/** A slave of this server. */
export interface SlaveStatus {
  readonly ip: string;
  /** Where it listens, as it says. */
  readonly port: number;
  readonly state: "wait_bgsave" | "send_bulk" | "online";
  /** What it has of the log. */
  readonly offset: number;
  /** Since it was heard last. */
  readonly lagSeconds: number;
  readonly lagBytes: number;
}

/** What FAILOVER is asked for. */
export interface FailoverRequest {
  /** The slave that is to lead; null: whichever has all of the log first. */
  readonly target: { readonly host: string; readonly port: number } | null;
  /** When the time is over, the target leads, whatever it lacks. */
  readonly isForced: boolean;
  /** How long writes may wait for a slave, in ms; 0: for ever. */
  readonly timeoutMs: number;
}

/** As Redis calls them. */
export type FailoverState = "no-failover" | "waiting-for-sync" | "failover-in-progress";

/** What a master asks of a slave that is to lead. */
export interface TakeOverRequest {
  /** Of the master that asks. */
  readonly runId: string;
  /** Of the end of its log. */
  readonly historyId: Uint8Array;
  /** End of its log, in bytes; null: the slave is to lead, whatever it has. */
  readonly offset: number | null;
}

export interface ReplicationStatus {
  /** null on a master. */
  readonly master: MasterStatus | null;
  readonly slaves: readonly SlaveStatus[];
  /** Slaves that count for `min-slaves-to-write`; null while that option has no effect. */
  readonly goodSlaves: number | null;
  /** End of the log, in bytes since the first history began. */
  readonly offset: number;
  /** Where the log that is still here begins. */
  readonly firstOffset: number;
  /** The history of the log's end, in hex. */
  readonly historyId: string;
  /** The one before it, and where that ended; null: the log here has only one. */
  readonly previous: { readonly historyId: string; readonly offset: number } | null;
  readonly failover: FailoverState;
  /** Full copies sent, positions accepted, positions refused. */
  readonly counts: { readonly full: number; readonly partial: number; readonly refused: number };
}

/** What a slave says of itself when it comes. */
export interface Greeting {
  readonly protocol: number;
  readonly runId: string;
  readonly listeningPort: number;
}

/** A place in the log, as slaves name it. */
export interface LogPlace {
  readonly file: number;
  readonly offset: number;
}

/** Replication, as commands see it. */
export interface Replication {
  readonly isFollowing: boolean;
  status(): ReplicationStatus;
  /** Whether it has introduced itself as a slave. */
  isSlave(client: Client): boolean;
  /** Becomes the slave of another server; false when it is that already. */
  follow(host: string, port: number): boolean;
  /** Becomes a master, or stays one. */
  lead(): void;
  /** Hands over to a slave, some time later. @throws {CommandError} see Failover.start */
  failOver(request: FailoverRequest): void;
  /** Resolves when this server leads on. @throws {CommandError} none is under way, or the slave leads */
  abortFailover(): Promise<void>;
  /** This server's master wants it to lead: it does, or does already. @throws {CommandError} it is not, or there is more in its log */
  takeOver(request: TakeOverRequest): void;
  /** Answers name, value, name, value ... @throws {CommandError} this would be a loop, or another protocol */
  greet(client: Client, greeting: Greeting): string[];
  /** The next SYNC of this client names a file of this history. */
  noteHistory(client: Client, historyId: Uint8Array): void;
  /** Everything before this place is durable on the client's disk. */
  noteDurable(client: Client, place: LogPlace): void;
  noteListeningPort(client: Client, port: number): void;
  /** The log from a place on, as SYNC answers it. */
  sync(client: Client, place: LogPlace): Promise<Uint8Array>;
  /** Begins a full copy: its head. @throws {CommandError} not now, or not to this client */
  beginCopy(client: Client): Promise<Uint8Array>;
  /** The next block of the full copy; null behind the last. @throws {CommandError} none was begun */
  nextBlock(client: Client): Promise<Uint8Array | null>;
  /**
   * Waits until `count` slaves have what the client has written.
   *
   * @param timeoutMs 0: for ever
   * @returns how many have it
   */
  waitForSlaves(client: Client, count: number, timeoutMs: number): Promise<number>;
  /** The same for disks. @returns 1 when it is durable here, and on how many slaves it is */
  waitForDisks(
    client: Client,
    here: number,
    count: number,
    timeoutMs: number,
  ): Promise<readonly [here: number, slaves: number]>;
}

/** The server, as commands see it. */
export interface Server {
  readonly config: Config;
  readonly commands: CommandTable;
  readonly acl: AccessControl;
  readonly scripting: Scripting;
  readonly observer: CallObserver;
  /** Why writes are refused now: an error's text, or null. */
  readonly writeRefusal: string | null;
  /** Why reads are. */
  readonly readRefusal: string | null;
  readonly stats: ServerStats;
  readonly slowLog: SlowLog;
  readonly pubSub: PubSub;
  readonly tracking: Tracking;
  /** 40 hex digits, new at every start. */
  readonly runId: string;
  readonly startedAtMs: number;
  readonly tcpPort: number;
  clients(): Iterable<Client>;
  resetStats(): void;
  /** Holds commands back until a time, ms since 1970. */
  pauseClients(untilMs: number, mode: PauseMode): void;
  unpauseClients(): void;
  shutdown(options: ShutdownOptions): void;
  readonly saves: SaveStatus;
  /** Moves everything written so far into SQLite, durably. @throws {CommandError} one is under way */
  save(): Promise<void>;
  readonly replication: Replication;
  /** null while there is no access log. */
  readonly accessLog: AccessLogStatus | null;
}

/** What `run` of a command gets. One object per connection, used for all its commands. */
export interface Context {
  readonly ledis: Ledis;
  readonly server: Server;
  readonly client: Client;
  /** The selected database. */
  readonly db: DB;
}

/** A command's answer, at once or later. */
export type Answer = Reply | Promise<Reply>;
