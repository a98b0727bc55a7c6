/** The entries of one block, in order and without gaps in one piece of memory: found, put in and taken out there. */
import { type Bytes, compareRange } from "../../bytes/bytes.ts";
import { Stretch } from "../../bytes/stretch.ts";

const OFFSETS_MIN = 64;
/** How many times its bytes a leaf takes that was divided, since it will grow until it is divided again. */
const ROOM_TO_GROW = 2.1;

export class ZSetLeaf {
  #bytes: Uint8Array;
  /** Where each entry ends. */
  #ends: Uint32Array;
  count = 0;

  /** @param bytes how many the entries are likely to have together */
  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
    this.#ends = new Uint32Array(OFFSETS_MIN);
  }

  /** A leaf of these entries, which are in order; it takes no more memory than they need. */
  static of(entries: readonly Bytes[]): ZSetLeaf {
    const leaf = new ZSetLeaf(entries.reduce((sum, { length }) => sum + length, 0));
    leaf.#reserve(0, entries.length);
    let at = 0;
    for (const [rank, entry] of entries.entries()) {
      leaf.#bytes.set(entry, at);
      at += entry.length;
      leaf.#ends[rank] = at;
    }
    leaf.count = entries.length;
    return leaf;
  }

  /** Memory held, in bytes. */
  get memoryBytes(): number {
    return this.#bytes.length + this.#ends.byteLength;
  }

  /** The entry of this rank, as a view until the next change. */
  at(rank: number): Bytes {
    return this.#bytes.subarray(this.#start(rank), this.#ends[rank]!);
  }

  /** Appends the entries of ranks [from, to) to `entries`, in bytes of their own. */
  copyTo(entries: Stretch[], from: number, to: number): void {
    const origin = this.#start(from);
    const bytes = this.#bytes.slice(origin, this.#start(to));
    for (let rank = from; rank < to; rank++) {
      entries.push(new Stretch(bytes, this.#start(rank) - origin, this.#ends[rank]! - origin));
    }
  }

  /** How many entries are before this one, which need not be here. */
  rank(entry: Bytes): number {
    const bytes = this.#bytes;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareRange(
        bytes,
        this.#start(middle),
        this.#ends[middle]!,
        entry,
        0,
        entry.length,
      );
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts an entry in that is not here. */
  add(entry: Bytes): void {
    const rank = this.rank(entry);
    const at = this.#start(rank);
    const used = this.#used;
    this.#reserve(used + entry.length);
    this.#bytes.copyWithin(at + entry.length, at, used);
    this.#bytes.set(entry, at);
    for (let i = this.count; i > rank; i--) this.#ends[i] = this.#ends[i - 1]! + entry.length;
    this.#ends[rank] = at + entry.length;
    this.count++;
  }

  /** Takes an entry out that is here. */
  remove(entry: Bytes): void {
    const rank = this.rank(entry);
    const at = this.#start(rank);
    const end = this.#ends[rank]!;
    this.#bytes.copyWithin(at, end, this.#used);
    this.count--;
    for (let i = rank; i < this.count; i++) this.#ends[i] = this.#ends[i + 1]! - (end - at);
  }

  /** Takes all entries from `rank` on out, into a leaf of their own. */
  divide(rank: number): ZSetLeaf {
    const start = this.#start(rank);
    const used = this.#used;
    const tail = new ZSetLeaf(Math.ceil((used - start) * ROOM_TO_GROW));
    tail.#bytes.set(this.#bytes.subarray(start, used));
    tail.#reserve(0, (this.count - rank) * 2);
    for (let i = rank; i < this.count; i++) tail.#ends[i - rank] = this.#ends[i]! - start;
    tail.count = this.count - rank;
    this.count = rank;
    return tail;
  }

  get #used(): number {
    return this.#start(this.count);
  }

  #start(rank: number): number {
    return rank === 0 ? 0 : this.#ends[rank - 1]!;
  }

  #reserve(bytes: number, count = this.count + 1): void {
    if (bytes > this.#bytes.length) {
      const grown = new Uint8Array(bytes + (bytes >>> 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    if (count > this.#ends.length) {
      const grown = new Uint32Array(count + (count >>> 2));
      grown.set(this.#ends);
      this.#ends = grown;
    }
  }
}
