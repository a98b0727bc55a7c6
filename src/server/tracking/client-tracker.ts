/** One client's tracking: whether and how it is told of changed keys, and over which connection. */
import { type Bytes, fromMapKey, mapKey } from "../../bytes/bytes.ts";
import type { Command } from "../../commands/command.ts";
import type {
  ClientTracking,
  TrackingMode,
  TrackingOptions,
} from "../../commands/connection/tracking-options.ts";
import type { KeyTable } from "../../database/key-table/key-table.ts";
import type { Protocol } from "../../resp/reply-writer.ts";
import type { ReplySink } from "../turn-output.ts";
import type { Reader } from "./tracking-table.ts";

/** A connection, as far as it matters here. */
export interface TrackedConnection extends ReplySink {
  readonly id: number;
  readonly protocol: Protocol;
  readonly isSubscriber: boolean;
  readonly isBlocked: boolean;
  readonly isClosed: boolean;
  readonly db: { readonly table: KeyTable };
  readonly transaction: { readonly isOpen: boolean; readonly isRunning: boolean };
}

/** Who keeps what all clients have read. */
export interface TrackerRegistry {
  /** The connection with this number; undefined when it is gone. */
  find(id: number): TrackedConnection | undefined;
  /** The client is told of keys from now on. */
  began(tracker: ClientTracker): void;
  /** It is told of none any more. */
  ended(tracker: ClientTracker): void;
  joined(tracker: ClientTracker, prefix: string): void;
  left(tracker: ClientTracker, prefix: string): void;
  /** The client's connection is closed. */
  gone(tracker: ClientTracker): void;
  /** The client has read these keys, of the database that it has selected. */
  read(tracker: ClientTracker, keys: readonly Bytes[]): void;
}

export class ClientTracker implements ClientTracking, Reader {
  readonly connection: TrackedConnection;
  readonly #registry: TrackerRegistry;
  #prefixes: readonly string[] = [];
  mode: TrackingMode | null = null;
  /** The mode's, also when it was switched off since. */
  redirect = 0;
  /** The other connection that is told in this one's place. */
  #receiver: TrackedConnection | null = null;
  isBroken = false;
  isCachingSaid = false;

  constructor(connection: TrackedConnection, registry: TrackerRegistry) {
    this.connection = connection;
    this.#registry = registry;
  }

  get isGone(): boolean {
    return this.connection.isClosed;
  }

  get prefixes(): Bytes[] {
    return this.#prefixes.map(fromMapKey);
  }

  /** True while what it reads, with the next command, is to be noted. */
  get notesReads(): boolean {
    const { mode } = this;
    if (mode === null || mode.isBroadcast) return false;
    return mode.isOptIn ? this.isCachingSaid : !(mode.isOptOut && this.isCachingSaid);
  }

  /** Who is told: the connection itself, or the one that it redirects to; null: that is gone. */
  get receiver(): TrackedConnection | null {
    if (this.redirect === 0) return this.connection;
    if (this.#receiver?.isClosed) this.#receiver = null;
    return this.#receiver;
  }

  enable(options: TrackingOptions): void {
    const { prefixes, ...mode } = options;
    const wasOff = this.mode === null;
    this.mode = mode;
    this.redirect = mode.redirect;
    this.#receiver = this.#registry.find(mode.redirect) ?? null;
    this.isBroken = false;
    if (wasOff) this.#registry.began(this);
    if (!mode.isBroadcast) return;
    const joined = prefixes.length > 0 ? prefixes.map(mapKey) : [""];
    for (const prefix of joined) this.#registry.joined(this, prefix);
    this.#prefixes = [...new Set([...this.#prefixes, ...joined])].sort();
  }

  disable(): void {
    if (this.mode === null) return;
    this.mode = null;
    this.isBroken = false;
    this.isCachingSaid = false;
    for (const prefix of this.#prefixes) this.#registry.left(this, prefix);
    this.#prefixes = [];
    this.#registry.ended(this);
  }

  scriptRead(keys: readonly Bytes[]): void {
    if (this.notesReads) this.#registry.read(this, keys);
  }

  /** A command has run, or was refused; null: there is no such command. CLIENT CACHING holds for one, or one EXEC. */
  commandEnded(command: Command | null): void {
    if (!this.isCachingSaid || this.connection.transaction.isOpen) return;
    if (!command?.name.startsWith("CLIENT")) this.isCachingSaid = false;
  }

  /** The connection is closed. */
  close(): void {
    this.disable();
    this.#registry.gone(this);
  }
}
