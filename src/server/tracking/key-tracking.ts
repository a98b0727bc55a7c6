/**
 * Tells clients which keys have changed that they may have cached: CLIENT TRACKING. Changes are learned as WATCH learns
 * them, from the tables of all databases, which are listened to only while some client is there that has been tracked.
 *
 * What is told leaves with the turn, behind the replies to what was read before; also if the turn fails: a client that reads once
 * more than it must is better than one that misses a change, as its entry is gone from the table.
 */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import type { Command } from "../../commands/command.ts";
import { keysOf } from "../../commands/command-keys.ts";
import type { Tracking } from "../../commands/connection/tracking-options.ts";
import type { KeyListener } from "../../database/key-table/key-table.ts";
import type { Ledis } from "../../database/ledis.ts";
import type { Request } from "../../resp/request.ts";
import { BroadcastPrefixes } from "./broadcast-prefixes.ts";
import type { ClientTracker, TrackedConnection, TrackerRegistry } from "./client-tracker.ts";
import { InvalidationSender, type SenderHost } from "./invalidation-sender.ts";
import { TrackedCollections } from "./tracked-collections.ts";
import { TrackingTable } from "./tracking-table.ts";

/** Keys given up at once when there are too many. */
const GIVEN_UP_AT_ONCE = 1000;

/** What is needed of the server. */
export interface TrackingHost extends SenderHost {
  readonly ledis: Ledis;
  readonly scripting: { readonly isRunning: boolean };
  clients(): Iterable<TrackedConnection>;
}

/** A connection that commands run for. */
interface RunningConnection extends TrackedConnection {
  readonly tracking: ClientTracker;
}

export class KeyTracking implements Tracking, TrackerRegistry, KeyListener {
  readonly #host: TrackingHost;
  readonly #sender: InvalidationSender;
  readonly #table = new TrackingTable<ClientTracker>();
  readonly #collections = new TrackedCollections((name) => this.#table.has(name));
  readonly #broadcasts = new BroadcastPrefixes<ClientTracker>();
  /** Clients that are there and are tracked, or have been: those may have entries. */
  readonly #trackers = new Set<ClientTracker>();
  /** What is listened to; null: nothing. */
  #listened: Ledis | null = null;
  /** A database was flushed or swapped, and nobody was told yet. */
  #isReplaced = false;
  /** On a slave: a key has changed, and only readers of it know which. */
  #isUnnamedChanged = false;
  #keysMax: number;
  #isGivingUp = false;
  /** False: nothing has to be done for any command. */
  isOn = false;
  clientCount = 0;

  /** @param keysMax see `limit` */
  constructor(host: TrackingHost, keysMax: number) {
    this.#host = host;
    this.#sender = new InvalidationSender(host);
    this.#keysMax = keysMax;
  }

  get keyCount(): number {
    return this.#table.size;
  }

  get itemCount(): number {
    return this.#table.items;
  }

  get prefixCount(): number {
    return this.#broadcasts.size;
  }

  /** @param keysMax most keys that are remembered, 0: all. Of more the oldest are given up, as if they had changed */
  limit(keysMax: number): void {
    this.#keysMax = keysMax;
    this.#giveUp();
  }

  /** The server serves another database from now on, or its first one. */
  attach(ledis: Ledis): void {
    ledis.turns.beforeEnd(() => {
      if (this.isOn) this.#turnEnds();
    });
    ledis.onForeignCollections((id) => this.#collectionChanged(id));
    if (!this.isOn) return;
    this.#listen(ledis);
    this.flushed();
  }

  find(id: number): TrackedConnection | undefined {
    if (id === 0) return undefined;
    for (const client of this.#host.clients()) if (client.id === id) return client;
    return undefined;
  }

  began(tracker: ClientTracker): void {
    this.clientCount++;
    if (!this.isOn) this.#listen(this.#host.ledis);
    this.isOn = true;
    this.#trackers.add(tracker);
  }

  ended(): void {
    this.clientCount--;
  }

  joined(tracker: ClientTracker, prefix: string): void {
    this.#broadcasts.join(prefix, tracker);
  }

  left(tracker: ClientTracker, prefix: string): void {
    this.#broadcasts.leave(prefix, tracker);
  }

  gone(tracker: ClientTracker): void {
    if (!this.#trackers.delete(tracker) || this.#trackers.size > 0) return;
    this.isOn = false;
    this.#listened?.unlisten(this);
    this.#listened = null;
    this.#table.clear();
    this.#collections.clear();
    this.#isReplaced = false;
  }

  read(tracker: ClientTracker, keys: readonly Bytes[]): void {
    const { isFollowing } = this.#host.ledis.keyspace;
    for (const key of keys) {
      const name = mapKey(key);
      this.#table.add(name, tracker);
      const id = isFollowing ? (tracker.connection.db.table.findForWrite(key)?.id ?? 0) : 0;
      if (id !== 0) this.#collections.note(id, name);
    }
    this.#giveUp();
  }

  /** A command of a client has run, within EXEC or not: what it has read is remembered. */
  ran(connection: RunningConnection, command: Command, request: Request): void {
    const { tracking } = connection;
    // Scripts say themselves when they have read something.
    const isReading = command.flags.has("readonly") && command.group !== "scripting";
    if (isReading && tracking.notesReads) {
      this.read(tracking, keysOf(command, request.views())?.map(({ key }) => key) ?? []);
    }
    tracking.commandEnded(command);
  }

  /** A command of a client was answered. */
  answered(): void {
    this.#sender.answered();
  }

  keyChanged(key: Bytes, byItself: boolean): void {
    if (this.#table.size === 0 && this.#broadcasts.size === 0) return;
    this.#changed(mapKey(key), byItself);
    // What a master has changed opens no turn.
    this.#host.scheduleTurn();
  }

  #changed(name: string, byItself: boolean): void {
    const { running } = this.#sender;
    // Who runs a script has not changed what the script changes, as Redis sees it, where prefixes are concerned.
    this.#broadcasts.changed(name, byItself || this.#host.scripting.isRunning ? null : running);
    for (const tracker of this.#table.take(name)) {
      const { mode } = tracker;
      if (mode === null || mode.isBroadcast) continue;
      if (!mode.isNoLoop || tracker.connection !== running) this.#sender.send(tracker, [name]);
    }
  }

  keysReplaced(): void {
    this.#isReplaced = true;
    this.#host.scheduleTurn();
    this.#table.clear();
    this.#collections.clear();
  }

  flushed(): void {
    this.#isReplaced = false;
    this.#table.clear();
    this.#collections.clear();
    for (const tracker of this.#trackers) {
      if (tracker.mode !== null) this.#sender.send(tracker, null);
    }
  }

  /** Of this server's master: elements have changed, and perhaps the key row has not. */
  #collectionChanged(id: number): void {
    const name = this.#collections.take(id);
    if (name !== undefined) this.#changed(name, false);
    if (this.#broadcasts.size > 0) this.#isUnnamedChanged = true;
    this.#host.scheduleTurn();
  }

  #listen(ledis: Ledis): void {
    this.#listened = ledis;
    ledis.listen(this);
  }

  #turnEnds(): void {
    if (this.#isReplaced) this.flushed();
    this.#sender.answered();
    for (const { clients, changes } of this.#broadcasts.take()) this.#broadcast(clients, changes);
    if (this.#isUnnamedChanged) this.#tellUnnamed();
    this.#sender.turnEnds();
  }

  /** Nobody can say which keys they were: any may have changed. */
  #tellUnnamed(): void {
    this.#isUnnamedChanged = false;
    this.#sender.tell(
      [...this.#trackers].filter(({ mode }) => mode?.isBroadcast),
      null,
    );
  }

  #broadcast(
    clients: ReadonlySet<ClientTracker>,
    changes: readonly (readonly [name: string, by: unknown])[],
  ): void {
    const names = changes.map(([name]) => name);
    const whole: ClientTracker[] = [];
    for (const tracker of clients) {
      const own = tracker.mode?.isNoLoop ? tracker.connection : undefined;
      const others = own && changes.filter(([, by]) => by !== own).map(([name]) => name);
      if (others === undefined || others.length === names.length) whole.push(tracker);
      else if (others.length > 0) this.#sender.tell([tracker], others);
    }
    this.#sender.tell(whole, names);
  }

  /** Makes room in the table, some at once and the rest later. */
  #giveUp(): void {
    if (this.#isGivingUp) return;
    for (let i = 0; i < GIVEN_UP_AT_ONCE; i++) {
      if (this.#keysMax === 0 || this.#table.weight <= this.#keysMax) return;
      const name = this.#table.oldest();
      if (name === undefined) return;
      for (const tracker of this.#table.take(name)) {
        const { mode } = tracker;
        if (mode !== null && !mode.isBroadcast) this.#sender.send(tracker, [name]);
      }
    }
    this.#isGivingUp = true;
    setImmediate(() => {
      this.#isGivingUp = false;
      this.#giveUp();
    });
  }
}
