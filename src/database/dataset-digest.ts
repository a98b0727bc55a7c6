/**
 * One number for everything that the databases hold: equal for two servers if their keys, types, TTLs and elements
 * are. Where, when and in what order they were written makes no difference, nor do ids and spaces; but of a stream's groups and
 * consumers the order in which they came counts.
 */
import { writeU32 } from "../binlog/event.ts";
import { type Bytes, concatBytes, copyBytes, EMPTY } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import { TYPE_STREAM, TYPE_STRING } from "../keyspace/rows/key-row.ts";
import { KIND_LIST, KIND_ZCOUNT } from "../keyspace/rows/row-key.ts";
import { HEADER_BYTES } from "./collections/collections.ts";
import { elementKindsOf } from "./collections/element-kinds.ts";
import type { DB } from "./db.ts";
import { KeyWalk } from "./keys/key-walk.ts";
import type { Ledis } from "./ledis.ts";
import { STREAM_MARKS_BYTES } from "./streams/stream-header.ts";

/** How long a slice works, in µs. */
const SLICE_US = 1000;
/** Keys of a page, and elements looked at between two looks at the time. */
const BATCH = 64;
const ZERO = new Uint8Array(1);

export class DatasetDigest {
  readonly #ledis: Ledis;
  readonly #hasher = new Bun.CryptoHasher("sha1");
  readonly #length = new Uint8Array(4);
  readonly #work: Iterator<void>;
  #deadline = 0;

  /** Writes that come between two slices may or may not be counted in. */
  constructor(ledis: Ledis) {
    this.#ledis = ledis;
    this.#work = this.#all();
  }

  /** Works for about a millisecond; 40 hex digits when that was the last of it, null before. */
  slice(): string | null {
    this.#deadline = clock.monotonicUs() + SLICE_US;
    return this.#work.next().done === true ? this.#hasher.digest("hex") : null;
  }

  get #isTimeUp(): boolean {
    return clock.monotonicUs() > this.#deadline;
  }

  *#all(): Generator<void, void> {
    for (let number = 0; number < this.#ledis.options.databases; number++) {
      const db = this.#ledis.select(number);
      const keys = new KeyWalk(this.#ledis.keyspace, () => db.table.space);
      let after: Bytes | null = null;
      do {
        const page = keys.page(after, { pattern: null, type: null }, BATCH);
        for (const key of page.keys) yield* this.#key(db, key);
        after = page.last;
        if (this.#isTimeUp) yield;
      } while (after !== null);
    }
  }

  *#key(db: DB, key: Bytes): Generator<void, void> {
    const row = db.table.findForWrite(key);
    if (row === null) return;
    const { type, id } = row;
    this.#add(Buffer.from(`${db.number} ${type} ${row.expireAt}`));
    this.#add(key);
    if (type === TYPE_STRING) this.#add(row.rest());
    // Where a stream ends is nothing that its entries tell.
    if (type === TYPE_STREAM)
      this.#add(row.rest().subarray(HEADER_BYTES, HEADER_BYTES + STREAM_MARKS_BYTES));
    for (const kind of elementKindsOf(type)) {
      // How a sorted set counts its members depends on what happened to it before.
      if (kind !== KIND_ZCOUNT) yield* this.#elements(db, kind, id);
    }
  }

  *#elements(db: DB, kind: number, id: number): Generator<void, void> {
    let from: Bytes = EMPTY;
    for (;;) {
      const walk = db.collections.walk(kind, id, { from, expected: BATCH });
      let count = 0;
      let last: Bytes | null = null;
      while (last === null && walk.next()) {
        const rest = walk.rest;
        // Of a list only the order counts, not its numbers.
        if (kind !== KIND_LIST) this.#add(rest);
        this.#add(walk.value);
        if (++count % BATCH === 0 && this.#isTimeUp) last = copyBytes(rest);
      }
      if (last === null) return;
      from = concatBytes(last, ZERO);
      yield;
    }
  }

  #add(bytes: Bytes): void {
    writeU32(this.#length, 0, bytes.length);
    this.#hasher.update(this.#length).update(bytes);
  }
}
