/**
 * Between which entries each sorted set lies, as far as reads have shown. A queue that loses its first entry and
 * gains another last one, again and again, leaves deleted rows before its start until the next flush; whoever
 * reads from the start begins behind them, because he who came before has noted where the start is. The same at
 * the end. Bounds may be too wide, never too narrow.
 */
import { type Bytes, compareBytes, EMPTY } from "../../bytes/bytes.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { behind } from "./zset-entry.ts";

/** Sets that are remembered; the one that was asked for first is forgotten first. */
const SETS_MAX = 4096;

/** All entries are in [low, high). */
export interface Ends {
  low: Bytes;
  /** null: nothing is known. */
  high: Bytes | null;
}

export class ZSetEnds {
  readonly #ends = new Map<number, Ends>();

  constructor(keyspace: Keyspace) {
    keyspace.onUndo(() => this.forget());
  }

  /** The bounds of set `id`; whoever knows better may narrow them, with bytes of its own. */
  of(id: number): Ends {
    const known = this.#ends.get(id);
    if (known !== undefined) return known;
    const ends = { low: EMPTY, high: null };
    this.#ends.set(id, ends);
    if (this.#ends.size > SETS_MAX) {
      for (const first of this.#ends.keys()) {
        this.#ends.delete(first);
        break;
      }
    }
    return ends;
  }

  /** Has to be told of every entry that a set gets. `entry` is kept. */
  added(id: number, entry: Bytes): void {
    const ends = this.#ends.get(id);
    if (ends === undefined) return;
    if (compareBytes(entry, ends.low) < 0) ends.low = entry;
    if (ends.high !== null && compareBytes(entry, ends.high) >= 0) ends.high = behind(entry);
  }

  /** Forgets everything: rows were undone or came from elsewhere. */
  forget(): void {
    this.#ends.clear();
  }
}
