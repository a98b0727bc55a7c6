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
} from "../bytes/bytes.ts";
import { globPrefix, matchesGlob } from "../bytes/glob.ts";
import { addInt64, parseInt64, parseSafeInteger, writeInteger } from "../bytes/integer.ts";
import { addLongDoubles, formatLongDouble, parseLongDouble } from "../bytes/long-double.ts";
import { CommandError, errors } from "../errors.ts";
import { TYPE_HASH } from "../keyspace/key-row.ts";
import type { RangeWalk } from "../keyspace/range.ts";
import { KIND_HASH } from "../keyspace/row-key.ts";
import { type CollectionHeader, type Collections, restOf } from "./collections.ts";
import type { KeyTable } from "./key-table.ts";
import { RandomElements } from "./random-elements.ts";

/** Up to so many fields, none of them or their values longer than this, a page takes all: as Redis does. */
const WHOLE_PAGE_FIELDS = 512;
const WHOLE_PAGE_ITEM_BYTES = 64;

export interface FieldValue {
  readonly field: Bytes;
  readonly value: Bytes;
}

/** How many fields are to be chosen by chance. */
export interface FieldChoice {
  readonly count: number;
  /** True: always `count` of them, some more than once. False: different ones, fewer if there are not so many. */
  readonly repeats: boolean;
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
  readonly #table: KeyTable;
  readonly #random: RandomElements;
  readonly #digits = new Uint8Array(24);

  constructor(collections: Collections, table: KeyTable) {
    this.#collections = collections;
    this.#table = table;
    this.#random = new RandomElements(collections, KIND_HASH);
  }

  /** A field's value; null: no such field, or no such key. */
  get(key: Bytes, field: Bytes): Bytes | null {
    const hash = this.#find(key);
    return hash === null ? null : this.#collections.get(KIND_HASH, hash.id, field);
  }

  /** The values of several fields, null for those that are not there. */
  getEach(key: Bytes, fields: readonly Bytes[]): (Bytes | null)[] {
    const hash = this.#find(key);
    if (hash === null) return fields.map(() => null);
    return fields.map((field) => this.#collections.get(KIND_HASH, hash.id, field));
  }

  has(key: Bytes, field: Bytes): boolean {
    const hash = this.#find(key);
    return hash !== null && this.#collections.has(KIND_HASH, hash.id, field);
  }

  /** Length of a field's value in bytes; 0 when there is none. */
  valueLength(key: Bytes, field: Bytes): number {
    return this.get(key, field)?.length ?? 0;
  }

  /** Number of fields; 0: no such key. */
  size(key: Bytes): number {
    return this.#find(key)?.size ?? 0;
  }

  /** Stores the pairs (field, value, field, value ...), in order; answers how many fields are new. */
  set(key: Bytes, pairs: readonly Bytes[]): number {
    const hash = this.#collections.findOrCreate(key, TYPE_HASH);
    const added = hash.isStored ? this.#store(hash, pairs) : this.#fill(hash, pairs);
    this.#written(key, hash, added);
    return added;
  }

  /** Stores a field unless it is there; false when it is. */
  setIfFree(key: Bytes, field: Bytes, value: Bytes): boolean {
    const hash = this.#collections.findOrCreate(key, TYPE_HASH);
    if (hash.isStored && this.#collections.has(KIND_HASH, hash.id, field)) return false;
    this.#collections.put(KIND_HASH, hash.id, field, value);
    this.#written(key, hash, 1);
    return true;
  }

  /** Removes fields; answers how many there were. The last one takes the key with it. */
  delete(key: Bytes, fields: readonly Bytes[]): number {
    const hash = this.#collections.findForWrite(key, TYPE_HASH);
    if (hash === null) return 0;
    let removed = 0;
    for (const field of fields) {
      if (this.#collections.take(KIND_HASH, hash.id, field)) removed++;
    }
    if (removed > 0) this.#written(key, hash, -removed);
    return removed;
  }

  /** All fields, each with its value behind it. */
  pairs(key: Bytes): Bytes[] {
    return this.#all(key, takePair);
  }

  fields(key: Bytes): Bytes[] {
    return this.#all(key, takeField);
  }

  /** All values, in order of their fields. */
  values(key: Bytes): Bytes[] {
    return this.#all(key, takeValue);
  }

  /**
   * Adds to the integer that a field's value spells, 0 when missing; answers the sum.
   *
   * @throws {CommandError} no 64-bit integer, or the sum would be none
   */
  incrementBy(key: Bytes, field: Bytes, delta: number | bigint): number | bigint {
    const hash = this.#collections.findForWrite(key, TYPE_HASH);
    const value = hash === null ? null : this.#collections.get(KIND_HASH, hash.id, field);
    const old = value === null ? 0 : parseSafeInteger(value);
    const sum = typeof delta === "number" ? old + delta : Number.NaN;
    if (Number.isSafeInteger(sum)) {
      const digits = this.#digits.subarray(0, writeInteger(this.#digits, 0, sum));
      this.#replace(key, hash, field, value === null, digits);
      return sum;
    }
    const exact = value === null ? 0n : parseInt64(value);
    if (exact === null) throw new CommandError(errors.hashNotInteger);
    const wide = addInt64(exact, BigInt(delta));
    if (wide === null) throw new CommandError(errors.overflow);
    this.#replace(key, hash, field, value === null, fromText(String(wide)));
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
    const value = hash === null ? null : this.#collections.get(KIND_HASH, hash.id, field);
    const old = parseLongDouble(value ?? ZERO);
    if (old === null) throw new CommandError(errors.hashNotFloat);
    const sum = addLongDoubles(old, delta);
    if (sum === null) throw new CommandError(errors.infiniteIncrement);
    const text = fromText(formatLongDouble(sum));
    this.#replace(key, hash, field, value === null, text);
    return text;
  }

  /**
   * Stores a hash of these fields, at least one and different ones, in place of what the key held.
   *
   * @param expireAt ms since 1970, 0 for no TTL
   */
  replace(key: Bytes, fields: Iterable<FieldValue>, expireAt: number): void {
    const hash = this.#collections.create(TYPE_HASH);
    for (const { field, value } of fields) {
      this.#collections.put(KIND_HASH, hash.id, field, value);
      hash.size++;
    }
    hash.expireAt = expireAt;
    this.#collections.save(key, hash);
  }

  /** A field chosen by chance, copied; null: no such key. */
  random(key: Bytes): Bytes | null {
    const hash = this.#find(key);
    return hash === null ? null : this.#random.one(hash);
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
    const { id } = hash;
    return this.#choose(hash, choice).flatMap((field) => [
      field,
      this.#collections.get(KIND_HASH, id, field)!,
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
      field = restOf(walk.key);
      takesAll &&= Math.max(field.length, walk.value.length) <= WHOLE_PAGE_ITEM_BYTES;
      if (pattern === null || matchesGlob(pattern, field)) items.push(field, walk.value);
    }
    return { items, last: null };
  }

  #find(key: Bytes): CollectionHeader | null {
    return this.#collections.find(key, TYPE_HASH);
  }

  /** Stores pairs; answers how many fields are new. */
  #store({ id }: CollectionHeader, pairs: readonly Bytes[]): number {
    let added = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      if (this.#collections.store(KIND_HASH, id, pairs[i]!, pairs[i + 1]!)) added++;
    }
    return added;
  }

  /** As `#store`, for a new hash: there is nothing below to look up, only the same field twice. */
  #fill({ id }: CollectionHeader, pairs: readonly Bytes[]): number {
    const seen = pairs.length === 2 ? null : new Set<string>();
    for (let i = 0; i < pairs.length; i += 2) {
      seen?.add(mapKey(pairs[i]!));
      this.#collections.put(KIND_HASH, id, pairs[i]!, pairs[i + 1]!);
    }
    return seen?.size ?? 1;
  }

  #replace(
    key: Bytes,
    found: CollectionHeader | null,
    field: Bytes,
    isNew: boolean,
    value: Bytes,
  ): void {
    const hash = found ?? this.#collections.create(TYPE_HASH);
    this.#collections.put(KIND_HASH, hash.id, field, value);
    this.#written(key, hash, isNew ? 1 : 0);
  }

  /** Keeps the size; the key row of a hash that has as many fields as before stays as it is. */
  #written(key: Bytes, hash: CollectionHeader, added: number): void {
    if (added === 0) {
      this.#table.changed(key);
      return;
    }
    hash.size += added;
    this.#collections.save(key, hash);
    this.#random.changed(hash.id);
  }

  #choose(hash: CollectionHeader, { count, repeats }: FieldChoice): Bytes[] {
    if (count === 0) return [];
    if (repeats) return this.#random.withRepeats(hash, count);
    return count < hash.size ? this.#random.distinct(hash, count) : this.#items(hash, takeField);
  }

  #items({ id, size }: CollectionHeader, take: TakeItems): Bytes[] {
    const walk = this.#collections.walk(KIND_HASH, id, { expected: size });
    const items: Bytes[] = [];
    while (walk.next()) take(walk, items);
    return items;
  }

  #all(key: Bytes, take: TakeItems): Bytes[] {
    const hash = this.#find(key);
    return hash === null ? [] : this.#items(hash, take);
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

/** Takes what is asked for of the row that the walk stands at. */
type TakeItems = (walk: RangeWalk, items: Bytes[]) => void;

const takePair: TakeItems = (walk, items) => items.push(restOf(walk.key), walk.value);
const takeField: TakeItems = (walk, items) => items.push(restOf(walk.key));
const takeValue: TakeItems = (walk, items) => items.push(walk.value);

/** A bare `*`, which also matches the empty field. */
function isStar(pattern: Bytes): boolean {
  return pattern.length === 1 && pattern[0] === ANY;
}
