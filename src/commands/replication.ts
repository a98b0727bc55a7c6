/** Replication, as commands see it: whom the server follows, and who follows it. */
import type { Client } from "./client.ts";

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
