/**
 * A key chosen by chance, without counting keys: a walk down the tree that keys form by their bytes, with a
 * throw of the dice at each fork. Each key can come, but not all with the same chance: a fork is one of few
 * branches however many keys stand behind each. A walk ends among several keys; those that it does not answer wait,
 * mixed with those of other walks, for the calls to come.
 */
import { type Bytes, concatBytes, copyBytes } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { KEY_PREFIX_BYTES, numberOf, RowKey } from "../../keyspace/rows/row-key.ts";
import { RowValue } from "../../keyspace/rows/row-value.ts";
import { isLive, stemEnd } from "./key-walk.ts";

/** A branch with at most so many keys is not divided any more. */
const FEW_KEYS = 16;
/** Walks down that may end among expired keys only. */
const TRIES = 32;
/** With fewer keys in waiting a call walks down: so neighbours are mixed with keys from elsewhere. */
const WAITING_MIN = 48;
/** Most keys of one walk that wait. */
const KEPT_MAX = 5;
/** Longer keys do not wait, in bytes. */
const WAITING_KEY_BYTES_MAX = 1024;

/** A key row's key, and whether the key has not expired. */
interface Found {
  readonly key: Bytes;
  readonly live: boolean;
}

export class RandomKey {
  readonly #keyspace: Keyspace;
  readonly #spaceOf: () => number;
  readonly #random: () => number;
  readonly #row = new RowKey();
  readonly #value = new RowValue();
  /** Row keys that walks have found; they may be gone by now. */
  #waiting: Bytes[] = [];

  /** @param random a number in [0, 1) */
  constructor(keyspace: Keyspace, spaceOf: () => number, random: () => number = Math.random) {
    this.#keyspace = keyspace;
    this.#spaceOf = spaceOf;
    this.#random = random;
  }

  /** A key, copied; null when there is none, or when only expired ones were found. */
  choose(): Bytes | null {
    const waited = this.#waiting.length < WAITING_MIN ? null : this.#takeWaiting();
    if (waited !== null) return waited;
    const root = copyBytes(new RowKey().key(this.#spaceOf(), new Uint8Array(0)).view());
    for (let tries = 0; tries < TRIES; tries++) {
      const { few, isAll } = this.#descend(root);
      if (few.length === 0) return null;
      const live = few.filter((found) => found.live).map((found) => found.key);
      if (live.length === 0) continue;
      if (isAll) return this.#anyOf(live);
      this.#keep(live);
      return this.#takeWaiting() ?? this.#anyOf(live);
    }
    return null;
  }

  /** Has some of the keys wait. They are neighbours, so not all of them. */
  #keep(rowKeys: readonly Bytes[]): void {
    const first = this.#below(rowKeys.length);
    for (let i = 0; i < Math.min(KEPT_MAX, rowKeys.length); i++) {
      const key = rowKeys[(first + i) % rowKeys.length]!;
      if (key.length <= WAITING_KEY_BYTES_MAX) this.#waiting.push(key);
    }
  }

  #anyOf(rowKeys: readonly Bytes[]): Bytes {
    return rowKeys[this.#below(rowKeys.length)]!.slice(KEY_PREFIX_BYTES);
  }

  /** One of those in waiting that is still there; null when none is. */
  #takeWaiting(): Bytes | null {
    const waiting = this.#waiting;
    const nowMs = clock.nowMs();
    while (waiting.length > 0) {
      const at = this.#below(waiting.length);
      const key = waiting[at]!;
      waiting[at] = waiting.at(-1)!;
      waiting.pop();
      if (numberOf(key, 0) === this.#spaceOf() && this.#isThere(key, nowMs)) {
        return key.slice(KEY_PREFIX_BYTES);
      }
    }
    return null;
  }

  #isThere(rowKey: Bytes, nowMs: number): boolean {
    const value = this.#value;
    if (!this.#keyspace.get(this.#row.raw(rowKey), value)) return false;
    return isLive(value.buffer.subarray(value.start, value.end), nowMs);
  }

  /** The keys of a small branch below `root`, and whether there are no others. */
  #descend(root: Bytes): { few: Found[]; isAll: boolean } {
    let branch = root;
    for (;;) {
      const end = stemEnd(branch);
      const few = this.#take(branch, end, false, FEW_KEYS + 1);
      if (few.length <= FEW_KEYS) return { few, isAll: branch === root };
      const low = few[0]!.key;
      const high = this.#take(branch, end, true, 1)[0]!.key;
      const fork = commonLength(low, high);
      // The shortest key may end at the fork itself.
      if (low.length === fork && this.#below(FEW_KEYS) === 0) {
        return { few: few.slice(0, 1), isAll: false };
      }
      branch = this.#chooseBranch(few, low, high, fork);
    }
  }

  /** A branch behind the fork: the one at a random byte, or the nearest to it on a random side. */
  #chooseBranch(few: readonly Found[], low: Bytes, high: Bytes, fork: number): Bytes {
    const stem = low.subarray(0, fork);
    const first = (low.length > fork ? low : few[1]!.key)[fork]!;
    const byte = first + this.#below(high[fork]! - first + 1);
    const target = concatBytes(stem, Uint8Array.of(byte));
    const upwards = this.#below(2) === 0;
    const from = upwards ? target : concatBytes(stem, Uint8Array.of(first));
    const to = upwards ? stemEnd(stem) : stemEnd(target);
    const [found] = this.#take(from, to, !upwards, 1);
    return found!.key.slice(0, fork + 1);
  }

  #take(from: Bytes, to: Bytes | null, reverse: boolean, count: number): Found[] {
    const walk = this.#keyspace.range(from, to, reverse, count);
    const nowMs = clock.nowMs();
    const found: Found[] = [];
    while (found.length < count && walk.next()) {
      found.push({ key: copyBytes(walk.key), live: isLive(walk.value, nowMs) });
    }
    return found;
  }

  /** A whole number in [0, count). */
  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

function commonLength(a: Bytes, b: Bytes): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
