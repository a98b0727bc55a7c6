/**
 * Elements of a collection chosen by chance. A small collection is read whole, a big one that is asked often is held
 * in memory (element-packs.ts): their elements come with the same chance. In other big ones a walk starts at a made-up
 * place, drawn byte by byte from what elements seen before have there, and passes a few rows: an element beside a wide
 * gap comes more often than one in a crowd. Who asks a big collection for a good part of its elements gets them by one
 * walk over all, again with the same chance.
 */
import { type Bytes, copyBytes, EMPTY, mapKey } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import { ELEMENT_PREFIX_BYTES } from "../../keyspace/rows/row-key.ts";
import type { Collections } from "./collections.ts";
import { ElementPacks, type Sampled } from "./element-packs.ts";

/** Collections up to this size are read whole. */
const SMALL_SIZE = 128;
/** A jump costs about as much as walking over this many rows. */
const JUMP_ROWS = 32;
/** Rows that a jump may pass before it takes one. */
const PASSED_ROWS = 8;
/** Most elements that are taken where one jump has led to, and the rows passed in between. */
const CLUSTER_MAX = 16;
const CLUSTER_GAP = 3;
const PAGE_ROWS_MAX = 512;
/** Elements of a big collection that are chosen ahead for `take`, and how long that may last. */
const BATCH_MAX = 512;
const BATCH_US = 1000;
/** Where that finds little, all elements of a stretch are taken: for how long, how many bytes, and up to what size. */
const SWEEP_US = 5000;
const SWEEP_BYTES_MAX = 128 << 10;
const SWEEP_SIZE_MAX = 16_384;
/** Elements of a big collection that are remembered to make up places from. */
const REFERENCES = 32;
/** Jumps that make the first references, besides the collection's ends. */
const FIRST_JUMPS = 12;
/** Bytes of each that are remembered. */
const REFERENCE_BYTES = 512;
/** Bytes of elements, all of a small collection or those chosen ahead, up to which they are remembered. */
const WHOLE_BYTES_MAX = 16 << 10;
/** One byte in so many is not one that was seen, but one between two of those. */
const BETWEEN_ODDS = 8;
/** Collections that something is remembered of. */
const PROFILES_MAX = 32;

/** What is remembered of a collection. */
interface Profile {
  /** Of a small collection all elements; of a big one how some begin that were there when they were looked at. */
  readonly rests: Bytes[];
  readonly isWhole: boolean;
  /** Of a big one, for each place in an element the bytes that were seen there, each once. */
  readonly alphabets: number[][];
  /** Of a big one, elements chosen ahead. Some may be gone. */
  readonly pool: Bytes[];
  /** How many were chosen ahead the last time: the more often `take` is called, the more. */
  batch: number;
  /** Jumps find little, because deleted rows lie thick. */
  isSparse: boolean;
}

export class RandomElements {
  readonly #collections: Collections;
  readonly #kind: number;
  readonly #random: () => number;
  readonly #packs: ElementPacks;
  /** By collection id, the oldest first. */
  readonly #profiles = new Map<number, Profile>();

  /**
   * @param kind row kind whose `rest` names an element
   * @param packs big collections in memory, of all kinds and databases
   * @param random a number in [0, 1)
   */
  constructor(
    collections: Collections,
    kind: number,
    packs = new ElementPacks(),
    random: () => number = Math.random,
  ) {
    this.#collections = collections;
    this.#kind = kind;
    this.#packs = packs;
    this.#random = random;
  }

  /** To be told of each new element. */
  added(id: number, rest: Bytes): void {
    this.#packs.added(id, rest);
  }

  /** To be told of each element that came or went otherwise than by `take`. */
  changed(id: number): void {
    if (this.#profiles.size > 0 && this.#profiles.get(id)?.isWhole) this.#profiles.delete(id);
  }

  /** An element, copied. REQUIRES: the size is that of the rows, and not 0. */
  one(source: Sampled): Bytes {
    if (source.size > SMALL_SIZE) return this.#draw(source, false) ?? this.#jump(source);
    return this.#chooseOfWhole(source).chosen;
  }

  /**
   * As `one`, for an element that the caller removes at once. Who takes from a big collection again and again gets
   * elements that were chosen some at a time: one that came meanwhile has to wait for the next choice.
   */
  take(source: Sampled): Bytes {
    if (source.size > SMALL_SIZE) return this.#draw(source, true) ?? this.#takeOfBig(source);
    const { rests, at, chosen } = this.#chooseOfWhole(source);
    rests[at] = rests.at(-1)!;
    rests.pop();
    return chosen;
  }

  /** `count` different elements in any order, or all when there are not so many; copied. */
  distinct(source: Sampled, count: number): Bytes[] {
    if (count < source.size && source.size > SMALL_SIZE && count * JUMP_ROWS < source.size) {
      const found = this.#jumpUntil(source, count);
      if (found !== null) return found;
    }
    return this.#select(source, count);
  }

  /** `count` elements in random order, the same ones again and again if need be; copied. */
  withRepeats(source: Sampled, count: number): Bytes[] {
    if (source.size > SMALL_SIZE && count * JUMP_ROWS < source.size) {
      return Array.from({ length: count }, () => this.#jump(source));
    }
    return this.#drawAll(source, count);
  }

  #draw(source: Sampled, isTaken: boolean): Bytes | null {
    return this.#packs.draw(this.#collections, this.#kind, source, isTaken);
  }

  /** One of a small collection's elements; `rests` is what is remembered of it, `at` its place there. */
  #chooseOfWhole(source: Sampled): { rests: Bytes[]; at: number; chosen: Bytes } {
    const known = this.#profiles.get(source.id);
    if (known?.isWhole && known.rests.length === source.size) {
      const at = this.#below(source.size);
      const chosen = known.rests[at]!;
      // Rows may have been undone, or have come from a master, without a word.
      if (this.#collections.has(this.#kind, source.id, chosen)) {
        return { rests: known.rests, at, chosen };
      }
    }
    const rests = this.#ends(source, source.size, false);
    const bytes = rests.reduce((sum, rest) => sum + rest.length, 0);
    if (bytes <= WHOLE_BYTES_MAX) this.#remember(source.id, profileOf(rests, true));
    else this.#profiles.delete(source.id);
    const at = this.#below(rests.length);
    return { rests, at, chosen: rests[at]! };
  }

  #takeOfBig(source: Sampled): Bytes {
    const profile = this.#references(source);
    const { pool } = profile;
    if (pool.length === 0) this.#choose(source, profile);
    while (pool.length > 0) {
      const at = this.#below(pool.length);
      const chosen = pool[at]!;
      pool[at] = pool.at(-1)!;
      pool.pop();
      if (this.#collections.has(this.#kind, source.id, chosen)) return chosen;
    }
    return this.#jump(source);
  }

  /** Fills the pool, for about BATCH_US at most: jumps are slow where many rows were deleted of late. */
  #choose(source: Sampled, profile: Profile): void {
    if (profile.isSparse) {
      profile.pool.push(...this.#sweep(source, this.#place(profile)));
      return;
    }
    profile.batch = Math.min(profile.batch * 2, BATCH_MAX);
    const endUs = clock.monotonicUs() + BATCH_US;
    const found = new Map<string, Bytes>();
    let bytes = 0;
    for (let jumps = 0; jumps < profile.batch && found.size < profile.batch; jumps++) {
      for (const rest of this.#jumpTo(source, clusterOf(profile.batch))) {
        found.set(mapKey(rest), rest);
        bytes += rest.length;
      }
      if (bytes > WHOLE_BYTES_MAX) break;
      if (clock.monotonicUs() <= endUs) continue;
      profile.isSparse = source.size < SWEEP_SIZE_MAX && found.size < profile.batch / CLUSTER_MAX;
      break;
    }
    profile.pool.push(...found.values());
  }

  /** All elements from a place on, as many as are found in about SWEEP_US; those from the start if there are none. */
  #sweep(source: Sampled, from: Bytes): Bytes[] {
    const expected = PAGE_ROWS_MAX;
    const walk = this.#collections.walk(this.#kind, source.id, { from, expected });
    const endUs = clock.monotonicUs() + SWEEP_US;
    const found: Bytes[] = [];
    for (
      let bytes = 0;
      bytes < SWEEP_BYTES_MAX && walk.next();
      bytes += ELEMENT_PREFIX_BYTES + walk.rest.length
    ) {
      found.push(copyBytes(walk.rest));
      if (clock.monotonicUs() > endUs) break;
    }
    return found.length > 0 || from.length === 0 ? found : this.#sweep(source, EMPTY);
  }

  /** An element at a made-up place, or close to it. */
  #jump(source: Sampled): Bytes {
    return this.#jumpTo(source, 1)[0]!;
  }

  /** Up to `count` elements, at least one, close to each other and to a made-up place. */
  #jumpTo(source: Sampled, count: number): Bytes[] {
    const profile = this.#references(source);
    const from = this.#place(profile);
    const reverse = this.#below(2) === 0;
    let found = this.#walkFrom(source, from, reverse, count);
    if (found.length === 0) found = this.#walkFrom(source, from, !reverse, count);
    if (found.length === 0) found = this.#ends(source, 1, false);
    this.#learn(profile, found[0]!);
    return found;
  }

  #references(source: Sampled): Profile {
    const known = this.#profiles.get(source.id);
    if (known !== undefined && !known.isWhole) return known;
    const profile = profileOf([], false);
    for (const rest of this.#ends(source, PASSED_ROWS, false)) this.#learn(profile, rest);
    for (const rest of this.#ends(source, PASSED_ROWS, true)) this.#learn(profile, rest);
    this.#remember(source.id, profile);
    for (let jumps = 0; jumps < FIRST_JUMPS; jumps++) this.#jump(source);
    return profile;
  }

  #learn({ rests, alphabets }: Profile, rest: Bytes): void {
    const start = rest.slice(0, REFERENCE_BYTES);
    rests[rests.length < REFERENCES ? rests.length : this.#below(REFERENCES)] = start;
    for (const [at, byte] of start.entries()) {
      const alphabet = alphabets[at];
      if (alphabet === undefined) alphabets.push([byte]);
      else if (!alphabet.includes(byte)) alphabet.push(byte);
    }
  }

  #remember(id: number, profile: Profile): void {
    this.#profiles.delete(id);
    this.#profiles.set(id, profile);
    if (this.#profiles.size <= PROFILES_MAX) return;
    for (const oldest of this.#profiles.keys()) {
      this.#profiles.delete(oldest);
      return;
    }
  }

  /** A place that begins as some element does, half of the time with no byte, and goes on as others might. */
  #place({ rests, alphabets }: Profile): Bytes {
    const place = copyBytes(rests[this.#below(rests.length)]!);
    const kept = this.#below(2) === 0 ? 0 : this.#below(place.length + 1);
    for (let at = kept; at < place.length; at++) {
      const alphabet = alphabets[at]!;
      const a = alphabet[this.#below(alphabet.length)]!;
      const b = this.#below(BETWEEN_ODDS) === 0 ? alphabet[this.#below(alphabet.length)]! : a;
      place[at] = Math.min(a, b) + this.#below(Math.abs(a - b) + 1);
    }
    return place;
  }

  /** Up to `count` elements on one side of a place, some rows from there and from each other. */
  #walkFrom(source: Sampled, from: Bytes, reverse: boolean, count: number): Bytes[] {
    const range = reverse ? { to: from, reverse } : { from };
    const expected = PASSED_ROWS + (count - 1) * CLUSTER_GAP;
    const walk = this.#collections.walk(this.#kind, source.id, { ...range, expected });
    const found: Bytes[] = [];
    let last: Bytes | null = null;
    for (let passed = this.#below(PASSED_ROWS); walk.next(); passed--) {
      last = walk.rest;
      if (passed > 0) continue;
      found.push(copyBytes(last));
      if (found.length === count) return found;
      passed = this.#below(CLUSTER_GAP) + 1;
    }
    if (found.length === 0 && last !== null) found.push(copyBytes(last));
    return found;
  }

  /** The first or last `count` elements. */
  #ends(source: Sampled, count: number, reverse: boolean): Bytes[] {
    const walk = this.#collections.walk(this.#kind, source.id, { reverse, expected: count });
    const rests: Bytes[] = [];
    while (rests.length < count && walk.next()) rests.push(copyBytes(walk.rest));
    return rests;
  }

  /** Different elements by jumps; null when too many jumps met the same ones. */
  #jumpUntil(source: Sampled, count: number): Bytes[] | null {
    const found = new Map<string, Bytes>();
    for (let jumps = count * 4 + PASSED_ROWS; found.size < count; jumps--) {
      if (jumps === 0) return null;
      const wanted = Math.min(clusterOf(count), count - found.size);
      for (const rest of this.#jumpTo(source, wanted)) found.set(mapKey(rest), rest);
    }
    return [...found.values()];
  }

  /** Different elements by one walk over all: each is taken with the chance that is left for it. */
  #select(source: Sampled, count: number): Bytes[] {
    const chosen: Bytes[] = [];
    const expected = source.size;
    const walk = this.#collections.walk(this.#kind, source.id, { from: EMPTY, expected });
    for (let left = source.size; chosen.length < count && walk.next(); left--) {
      if (this.#random() * left >= count - chosen.length) continue;
      chosen.push(copyBytes(walk.rest));
    }
    return chosen;
  }

  /** Elements with repeats by one walk over all, to numbers that were drawn before. */
  #drawAll(source: Sampled, count: number): Bytes[] {
    const numbers = Float64Array.from({ length: count }, () => this.#below(source.size)).sort();
    const drawn: Bytes[] = [];
    const walk = this.#collections.walk(this.#kind, source.id, { expected: source.size });
    for (let row = 0; drawn.length < count && walk.next(); row++) {
      if (numbers[drawn.length] !== row) continue;
      const rest = copyBytes(walk.rest);
      while (numbers[drawn.length] === row) drawn.push(rest);
    }
    return this.#shuffle(drawn);
  }

  #shuffle(items: Bytes[]): Bytes[] {
    for (let at = items.length - 1; at > 0; at--) {
      const other = this.#below(at + 1);
      [items[at], items[other]] = [items[other]!, items[at]!];
    }
    return items;
  }

  /** A whole number in [0, count). */
  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

function profileOf(rests: Bytes[], isWhole: boolean): Profile {
  return { rests, isWhole, alphabets: [], pool: [], batch: 1, isSparse: false };
}

/** How many neighbours may be among `count` elements: none among few. */
function clusterOf(count: number): number {
  return Math.min(CLUSTER_MAX, 1 + Math.floor(count / 32));
}
