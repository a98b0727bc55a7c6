/**
 * Keys that somebody watches: WATCH. A watch is broken by any write to one of its keys, by their expiry, and by
 * a flush or a swap of their database that changes what they hold. A database is listened to only while keys of
 * it are watched.
 */
import { type Bytes, fromMapKey, mapKey } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { KeyListener, KeyTable } from "./key-table.ts";
import type { TurnLoop } from "./turn-loop.ts";

/** What one watched key takes besides its name, in bytes: about that. */
const ENTRY_BYTES = 200;

/** One key of one watch. */
interface Entry {
  readonly watch: Watch;
  readonly board: Board;
  readonly name: string;
  /** False when the key was not there, or had expired, when it was watched. */
  readonly existed: boolean;
  /** When it ends, ms since 1970; 0: never. A write that changes that breaks the watch anyhow. */
  readonly expireAt: number;
}

/** Several keys that one party watches. */
export class Watch {
  readonly #watches: Watches;
  #entries: Entry[] = [];
  #isBroken = false;
  /** Memory that it takes: about that. */
  bytes = 0;

  constructor(watches: Watches) {
    this.#watches = watches;
  }

  /** True when a key has changed since it was watched. */
  get isBroken(): boolean {
    return this.#isBroken || this.#hasExpired();
  }

  /** A change was noticed; an expiry that nobody has noticed yet does not count. */
  get wasBroken(): boolean {
    return this.#isBroken;
  }

  /** Bytes that `add` of these keys would take at most. */
  static bytesOf(keys: readonly Bytes[]): number {
    return keys.reduce((sum, key) => sum + key.length + ENTRY_BYTES, 0);
  }

  /** Watches a key from now on. A broken watch takes no more: it is broken until `clear`. */
  add(table: KeyTable, key: Bytes): void {
    if (this.#isBroken) return;
    const entry = this.#watches.enter(this, table, key);
    if (entry === null) return;
    this.#entries.push(entry);
    this.bytes += key.length + ENTRY_BYTES;
  }

  /** Watches nothing any more, and is whole again. */
  clear(): void {
    this.#drop();
    this.#isBroken = false;
  }

  /** For the watches: one of its keys has changed. */
  break(): void {
    this.#isBroken = true;
    this.#drop();
  }

  #drop(): void {
    for (const entry of this.#entries) entry.board.leave(entry);
    this.#entries = [];
    this.bytes = 0;
  }

  #hasExpired(): boolean {
    const nowMs = clock.nowMs();
    return this.#entries.some(({ expireAt }) => expireAt !== 0 && expireAt <= nowMs);
  }
}

/** Who watches which keys of one database. */
class Board implements KeyListener {
  readonly #table: KeyTable;
  readonly #byName = new Map<string, Map<Watch, Entry>>();
  /** True while rows are looked up: expired ones that this removes were not there before. */
  #isLooking = false;

  constructor(table: KeyTable) {
    this.#table = table;
  }

  /** Enters a key; null when this watch has it already. */
  enter(watch: Watch, key: Bytes): Entry | null {
    const name = mapKey(key);
    let entries = this.#byName.get(name);
    if (entries?.has(watch)) return null;
    const row = this.#table.findForWrite(key);
    const existed = row !== null;
    const entry = { watch, board: this, name, existed, expireAt: row?.expireAt ?? 0 };
    // Looking may have removed an expired row, and with it whoever watched that.
    entries = this.#byName.get(name) ?? new Map<Watch, Entry>();
    if (this.#byName.size === 0) this.#table.listen(this);
    this.#byName.set(name, entries.set(watch, entry));
    return entry;
  }

  leave({ name, watch }: Entry): void {
    const entries = this.#byName.get(name);
    if (!entries?.delete(watch) || entries.size > 0) return;
    this.#byName.delete(name);
    if (this.#byName.size === 0) this.#table.unlisten(this);
  }

  keyChanged(key: Bytes): void {
    if (this.#isLooking) return;
    const entries = this.#byName.get(mapKey(key));
    if (entries !== undefined) for (const watch of [...entries.keys()]) watch.break();
  }

  /** What was there is gone; what was not may be there now. */
  keysReplaced(): void {
    this.#isLooking = true;
    try {
      for (const [name, entries] of [...this.#byName]) this.#replaced(name, [...entries.values()]);
    } finally {
      this.#isLooking = false;
    }
  }

  #replaced(name: string, entries: readonly Entry[]): void {
    const exists = this.#table.findForWrite(fromMapKey(name)) !== null;
    for (const { existed, watch } of entries) if (existed || exists) watch.break();
  }
}

export class Watches {
  readonly #boards = new Map<KeyTable, Board>();
  /** Watches that took a key in the present turn: if it fails, what they saw was not true. */
  #fresh: Watch[] = [];

  constructor(turns: TurnLoop) {
    turns.listen({
      committed: () => {
        if (this.#fresh.length > 0) this.#fresh = [];
      },
      failed: () => {
        for (const watch of this.#fresh.splice(0)) watch.break();
      },
    });
  }

  /** A watch without keys. */
  open(): Watch {
    return new Watch(this);
  }

  /** For a watch: enters one of its keys; null when it has it already. */
  enter(watch: Watch, table: KeyTable, key: Bytes): Entry | null {
    let board = this.#boards.get(table);
    if (board === undefined) {
      board = new Board(table);
      this.#boards.set(table, board);
    }
    const entry = board.enter(watch, key);
    if (entry !== null && this.#fresh.at(-1) !== watch) this.#fresh.push(watch);
    return entry;
  }
}
