/** Hashes: one row a field, in byte order of the fields. Semantics are those of Redis 7. */
import {
  type Bytes,
  compareBytes,
  concatBytes,
  copyBytes,
  EMPTY,
  fromText,
  mapKey,
  prefixEnd,
} from "../../bytes/bytes.ts";
import { globPrefix, matchesGlob } from "../../bytes/glob.ts";
import { addInt64, parseInt64, parseSafeInteger, writeInteger } from "../../bytes/integer.ts";
import { addLongDoubles, formatLongDouble, parseLongDouble } from "../../bytes/long-double.ts";
import { CommandError, errors } from "../../errors.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { TYPE_HASH } from "../../keyspace/rows/key-row.ts";
import { KIND_HASH } from "../../keyspace/rows/row-key.ts";
import { endsSlice, type Slices } from "../../rdb/in-slices.ts";
import { chooseFrom, type FieldChoice } from "../collections/choose-from.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { Listing } from "../collections/listing.ts";
import { FIRST_ROWS, type ReadingBudget, UNLIMITED } from "../collections/reading-budget.ts";
import { earliestDeadline } from "./field-ttls.ts";
import type { HashFields, HashState } from "./hash-fields.ts";

/** Up to so many fields, none of them or their values longer than this, a page takes all: as Redis does. */
const WHOLE_PAGE_FIELDS = 512;
const WHOLE_PAGE_ITEM_BYTES = 64;

export interface FieldValue {
  readonly field: Bytes;
  readonly value: Bytes;
}

/** A field and when it ends, in ms since 1970; 0: never. */
export interface EndingField extends FieldValue {
  readonly expireAtMs: number;
}

export interface EndingFields {
  readonly count: number;
  /** None ends before this. */
  readonly earliestMs: number;
  /** They are views until the turn ends. */
  fields(): Iterable<EndingField>;
}

/** Which fields a page looks at. */
export interface FieldFilter {
  /** Where the page before ended; null: the start. */
  readonly after: Bytes | null;
  /** A glob; null: any field. Its literal start narrows what is looked at. */
  readonly pattern: Bytes | null;
  /** How many fields are looked at; more if the hash is so small that all of it comes at once. */
  readonly rowsMax: number;
}

export interface FieldPage {
  /** What the pattern let through: field, value, field, value ... */
  readonly items: Bytes[];
  /** The last field that was looked at, copied; null when none is left behind it. */
  readonly last: Bytes | null;
}

/**
 * Fields and values that operations answer are views: valid until the same field is written or the turn ends.
 * All of them throw a CommandError, WRONGTYPE, when the key holds another type.
 */
export class Hashes {
  readonly #collections: Collections;
  readonly #fields: HashFields;
  readonly #digits = new Uint8Array(24);

  constructor(collections: Collections, fields: HashFields) {
    this.#collections = collections;
    this.#fields = fields;
  }

  /** A field's value; null: no such field, or no such key. */
  get(key: Bytes, field: Bytes): Bytes | null {
    const hash = this.#find(key);
    return hash === null ? null : this.#fields.get(hash, field);
  }

  /** The values of several fields, null for those that are not there. */
  getEach(key: Bytes, fields: readonly Bytes[]): (Bytes | null)[] {
    const hash = this.#find(key);
    if (hash === null) return fields.map(() => null);
    return fields.map((field) => this.#fields.get(hash, field));
  }

  has(key: Bytes, field: Bytes): boolean {
    const hash = this.#find(key);
    return hash !== null && this.#fields.has(hash, field);
  }

  /** Length of a field's value in bytes; 0 when there is none. */
  valueLength(key: Bytes, field: Bytes): number {
    return this.get(key, field)?.length ?? 0;
  }

  /** Number of fields; 0: no such key. */
  size(key: Bytes): number {
    const hash = this.#find(key);
    return hash === null ? 0 : hash.size - this.#fields.countHidden(hash);
  }

  /** Stores the pairs (field, value, field, value ...), in order; answers how many fields are new. They have no TTL. */
  set(key: Bytes, pairs: readonly Bytes[]): number {
    const hash = this.#collections.findOrCreate(key, TYPE_HASH);
    const before = stateOf(hash);
    const added = hash.isStored ? this.#store(hash, pairs) : this.#fill(hash, pairs);
    this.#fields.save(key, hash, before);
    return added;
  }

  /** Stores a field unless it is there; false when it is. */
  setIfFree(key: Bytes, field: Bytes, value: Bytes): boolean {
    const hash = this.#collections.findOrCreate(key, TYPE_HASH);
    if (hash.isStored && this.#fields.has(hash, field)) return false;
    const before = stateOf(hash);
    this.#fields.store(hash, field, value);
    this.#fields.save(key, hash, before);
    return true;
  }

  /** Removes fields; answers how many there were. The last one takes the key with it. */
  delete(key: Bytes, fields: readonly Bytes[]): number {
    const hash = this.#collections.findForWrite(key, TYPE_HASH);
    if (hash === null) return 0;
    const before = stateOf(hash);
    let removed = 0;
    for (const field of fields) if (this.#fields.remove(hash, field)) removed++;
    if (hash.size !== before.size) this.#fields.save(key, hash, before);
    return removed;
  }

  /** Removes the hash in constant time; answers how many fields it had. */
  clear(key: Bytes): number {
    const hash = this.#collections.findForWrite(key, TYPE_HASH);
    if (hash === null) return 0;
    const size = hash.size - this.#fields.countHidden(hash);
    this.#collections.remove(key);
    return size;
  }

  /** All fields, each with its value behind it. @throws {BudgetSpentError} more than the budget, as the next two */
  pairs(key: Bytes, budget: ReadingBudget = UNLIMITED): Bytes[] {
    return this.#all(key, takePair, budget);
  }

  /** All fields, for a reading in slices; null: no such key. */
  listing(key: Bytes): Listing | null {
    const hash = this.#collections.findForWrite(key, TYPE_HASH);
    // Fields that have ended and are still there are nobody's business: they are left out one by one.
    if (hash !== null && this.#fields.countHidden(hash) > 0) return null;
    return hash && { kind: KIND_HASH, id: hash.id, range: {}, count: hash.size };
  }

  fields(key: Bytes, budget: ReadingBudget = UNLIMITED): Bytes[] {
    return this.#all(key, takeField, budget);
  }

  /** All values, in order of their fields. */
  values(key: Bytes, budget: ReadingBudget = UNLIMITED): Bytes[] {
    return this.#all(key, takeValue, budget);
  }

  /**
   * Adds to the integer that a field's value spells, 0 when missing; answers the sum. The field keeps its TTL.
   *
   * @throws {CommandError} no 64-bit integer, or the sum would be none
   */
  incrementBy(key: Bytes, field: Bytes, delta: number | bigint): number | bigint {
    const hash = this.#collections.findForWrite(key, TYPE_HASH);
    const value = hash === null ? null : this.#fields.get(hash, field);
    const old = value === null ? 0 : parseSafeInteger(value);
    const sum = typeof delta === "number" ? old + delta : Number.NaN;
    if (Number.isSafeInteger(sum)) {
      const digits = this.#digits.subarray(0, writeInteger(this.#digits, 0, sum));
      this.#replace(key, hash, field, digits);
      return sum;
    }
    const exact = value === null ? 0n : parseInt64(value);
    if (exact === null) throw new CommandError(errors.hashNotInteger);
    const wide = addInt64(exact, BigInt(delta));
    if (wide === null) throw new CommandError(errors.overflow);
    this.#replace(key, hash, field, fromText(String(wide)));
    return wide;
  }

  /**
   * Adds to the decimal number that a field's value spells, as Redis does with its 80-bit floats; answers the
   * sum as it is stored.
   *
   * @param increment as text
   * @throws {CommandError} no number, or one that is not finite
   */
  incrementByFloat(key: Bytes, field: Bytes, increment: Bytes): Bytes {
    const delta = parseLongDouble(increment);
    if (delta === null) throw new CommandError(errors.notFloat);
    if (delta === "infinite") throw new CommandError(errors.infiniteOperand);
    const hash = this.#collections.findForWrite(key, TYPE_HASH);
    const value = hash === null ? null : this.#fields.get(hash, field);
    const old = parseLongDouble(value ?? ZERO);
    if (old === null) throw new CommandError(errors.hashNotFloat);
    const sum = addLongDoubles(old, delta);
    if (sum === null) throw new CommandError(errors.infiniteIncrement);
    const text = fromText(formatLongDouble(sum));
    this.#replace(key, hash, field, text);
    return text;
  }

  /**
   * Stores a hash of these fields, different ones, in place of what the key held, but for fields that have ended; false
   * when that leaves none, and nothing is stored.
   *
   * @param expireAt ms since 1970, 0 for no TTL
   */
  *replacing(key: Bytes, fields: Iterable<EndingField>, expireAt: number): Slices<boolean> {
    const hash = this.#collections.create(TYPE_HASH);
    hash.expireAt = expireAt;
    let before = stateOf(hash);
    const { nowMs } = this.#fields;
    for (const { field, value, expireAtMs } of fields) {
      if (expireAtMs !== 0 && expireAtMs <= nowMs) continue;
      this.#collections.put(KIND_HASH, hash.id, field, value);
      if (expireAtMs !== 0) this.#fields.ttls.set(hash, field, expireAtMs);
      if (!endsSlice(++hash.size)) continue;
      this.#fields.save(key, hash, before);
      before = stateOf(hash);
      yield;
    }
    if (hash.size > 0) this.#fields.save(key, hash, before);
    return hash.size > 0;
  }

  /** Fields with their values and TTLs, for who writes a hash out: those that have not ended. */
  ending(hash: CollectionHeader): EndingFields {
    const { nowMs } = this.#fields;
    const { ttls } = this.#fields;
    const collections = this.#collections;
    return {
      count: hash.size - ttls.countDue(hash, nowMs),
      earliestMs: earliestDeadline(hash),
      *fields() {
        const walk = collections.walk(KIND_HASH, hash.id, { expected: hash.size });
        while (walk.next()) {
          const field = walk.rest;
          const expireAtMs = ttls.deadline(hash, field);
          if (expireAtMs === 0 || expireAtMs > nowMs)
            yield { field, value: walk.value, expireAtMs };
        }
      },
    };
  }

  /** A field chosen by chance, copied; null: no such key. */
  random(key: Bytes): Bytes | null {
    const hash = this.#find(key);
    if (hash === null) return null;
    if (this.#fields.countHidden(hash) === 0) return this.#fields.random.one(hash);
    return this.#choose(hash, { count: 1, repeats: false })[0] ?? null;
  }

  /** Fields chosen by chance, copied; none: no such key. */
  randomFields(key: Bytes, choice: FieldChoice): Bytes[] {
    const hash = this.#find(key);
    return hash === null ? [] : this.#choose(hash, choice);
  }

  /** As `randomFields`, each with its value behind it. */
  randomPairs(key: Bytes, choice: FieldChoice): Bytes[] {
    const hash = this.#find(key);
    if (hash === null) return [];
    if (!choice.repeats && choice.count >= hash.size) return this.#items(hash, takePair);
    return this.#choose(hash, choice).flatMap((field) => [
      field,
      this.#collections.get(KIND_HASH, hash.id, field)!,
    ]);
  }

  /**
   * Looks at some of the fields, in byte order.
   *
   * @param readFilter is not called when there is no such key
   */
  page(key: Bytes, readFilter: () => FieldFilter): FieldPage {
    const hash = this.#find(key);
    if (hash === null) return { items: [], last: null };
    const filter = readFilter();
    const pattern = filter.pattern === null || isStar(filter.pattern) ? null : filter.pattern;
    const walk = this.#walkPage(hash, pattern, filter);
    const items: Bytes[] = [];
    let takesAll = filter.after === null && hash.size <= WHOLE_PAGE_FIELDS;
    let field: Bytes | null = null;
    for (let rows = 0; walk.next(); rows++) {
      if (rows >= filter.rowsMax && !takesAll) return { items, last: copyBytes(field!) };
      field = walk.rest;
      takesAll &&= Math.max(field.length, walk.value.length) <= WHOLE_PAGE_ITEM_BYTES;
      if (pattern !== null && !matchesGlob(pattern, field)) continue;
      if (!this.#fields.isHidden(hash, field)) items.push(field, walk.value);
    }
    return { items, last: null };
  }

  #find(key: Bytes): CollectionHeader | null {
    return this.#collections.find(key, TYPE_HASH);
  }

  /** Stores pairs; answers how many fields are new. */
  #store(hash: CollectionHeader, pairs: readonly Bytes[]): number {
    let added = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      if (this.#fields.store(hash, pairs[i]!, pairs[i + 1]!)) added++;
    }
    return added;
  }

  /** As `#store`, for a new hash: there is nothing below to look up, only the same field twice. */
  #fill(hash: CollectionHeader, pairs: readonly Bytes[]): number {
    const seen = pairs.length === 2 ? null : new Set<string>();
    for (let i = 0; i < pairs.length; i += 2) {
      seen?.add(mapKey(pairs[i]!));
      this.#collections.put(KIND_HASH, hash.id, pairs[i]!, pairs[i + 1]!);
    }
    hash.size = seen?.size ?? 1;
    return hash.size;
  }

  #replace(key: Bytes, found: CollectionHeader | null, field: Bytes, value: Bytes): void {
    const hash = found ?? this.#collections.create(TYPE_HASH);
    const before = stateOf(hash);
    this.#fields.storeKeepingTtl(hash, field, value);
    this.#fields.save(key, hash, before);
  }

  #choose(hash: CollectionHeader, choice: FieldChoice): Bytes[] {
    const { count, repeats } = choice;
    if (count === 0) return [];
    if (this.#fields.countHidden(hash) > 0) {
      return chooseFrom(this.#items(hash, takeField).map(copyBytes), choice);
    }
    const { random } = this.#fields;
    if (repeats) return random.withRepeats(hash, count);
    return count < hash.size ? random.distinct(hash, count) : this.#items(hash, takeField);
  }

  #items(hash: CollectionHeader, take: TakeItems, budget = UNLIMITED): Bytes[] {
    const items: Bytes[] = [];
    const expected = budget === UNLIMITED ? hash.size : FIRST_ROWS;
    this.#fields.each(hash, { expected }, (field, walk) => {
      budget.spend(field.length + walk.value.length);
      take(field, walk.value, items);
      return true;
    });
    return items;
  }

  #all(key: Bytes, take: TakeItems, budget: ReadingBudget): Bytes[] {
    const hash = this.#find(key);
    return hash === null ? [] : this.#items(hash, take, budget);
  }

  #walkPage(
    hash: CollectionHeader,
    pattern: Bytes | null,
    { after, rowsMax }: FieldFilter,
  ): RangeWalk {
    const prefix = pattern === null ? EMPTY : globPrefix(pattern);
    const behind = after === null ? EMPTY : concatBytes(after, ZERO_BYTE);
    const from = compareBytes(behind, prefix) > 0 ? behind : prefix;
    const range = { from, to: prefixEnd(prefix), expected: rowsMax + 1 };
    return this.#collections.walk(KIND_HASH, hash.id, range);
  }
}

const ZERO = fromText("0");
const ZERO_BYTE = new Uint8Array(1);
const ANY = 0x2a;

/** Takes what is asked for of a field. */
type TakeItems = (field: Bytes, value: Bytes, items: Bytes[]) => void;

const takePair: TakeItems = (field, value, items) => items.push(field, value);
const takeField: TakeItems = (field, _value, items) => items.push(field);
const takeValue: TakeItems = (_field, value, items) => items.push(value);

function stateOf({ size, extra }: CollectionHeader): HashState {
  return { size, extra };
}

/** A bare `*`, which also matches the empty field. */
function isStar(pattern: Bytes): boolean {
  return pattern.length === 1 && pattern[0] === ANY;
}
