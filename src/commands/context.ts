/** What a command may ask of the connection that sent it and of the server around it. */
import type { Bytes } from "../bytes/bytes.ts";
import type { Config } from "../config/config.ts";
import type { DB } from "../database/db.ts";
import type { Ledis } from "../database/ledis.ts";
import type { Scripting } from "../lua/scripting.ts";
import type { Reply } from "../resp/reply.ts";
import type { Request } from "../resp/request.ts";
import type { AccessControl } from "./acl/access-control.ts";
import type { ChannelKind, Client } from "./client.ts";
import type { Command } from "./command.ts";
import type { Tracking } from "./connection/tracking-options.ts";
import type { Replication } from "./replication.ts";
import type { CommandTable } from "./table.ts";

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
