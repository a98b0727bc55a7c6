/** What a command may ask of the connection that sent it and of the server around it. */
import type { Config } from "../config/config.ts";
import type { DB } from "../database/db.ts";
import type { Ledis } from "../database/ledis.ts";
import type { Reply } from "../resp/reply.ts";
import type { Protocol } from "../resp/reply-writer.ts";
import type { CommandTable } from "./table.ts";

/** How a client's replies are suppressed; see CLIENT REPLY. */
export type ReplyMode = "on" | "off" | "skip";

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
  /** Name of the command that ran last, lower case, with its subcommand (`client|list`). */
  readonly lastCommand: string;
  readonly isBlocked: boolean;
  /** Bytes received that no command has taken yet. */
  readonly inputBytes: number;
  /** Bytes of replies that the socket has not taken yet. */
  readonly outputBytes: number;
  name: string;
  libraryName: string;
  libraryVersion: string;
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
  /** Ends a blocking command as by a time-out, or with an error. False when none is under way. */
  unblock(withError: boolean): boolean;
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
  keyspaceHits: number;
  keyspaceMisses: number;
  errorReplies: number;
  inputBytes: number;
  outputBytes: number;
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

/** The server, as commands see it. */
export interface Server {
  readonly config: Config;
  readonly commands: CommandTable;
  readonly stats: ServerStats;
  readonly slowLog: SlowLog;
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
  /** Time of the last successful flush, unix seconds. */
  readonly lastSaveTime: number;
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
