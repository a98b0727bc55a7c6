/**
 * All elements of those big collections that are asked for random ones again and again, in memory: so each element
 * comes with the same chance, for the price of a look-up. A collection is read in slices, between which its elements
 * have to be chosen otherwise. Elements that went are found out when they are drawn; those that came are told.
 */
import { type Bytes, compareBytes, concatBytes, copyBytes, EMPTY } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { Collections } from "./collections.ts";
import { PackedElements } from "./packed-elements.ts";

/** A collection as far as choosing has to know it. */
export interface Sampled {
  readonly id: number;
  readonly size: number;
}

/** How often a collection must have been asked before it is worth reading. */
const ASKED_MIN = 16;
/** Rows that are read at a time, at least: a page of SQLite's. */
const SLICE_ROWS = 512;
/** How long reading may last at a time if it goes fast, and how long it rests in between. */
const SLICE_US = 1000;
const REST_US = 1000;
/** Collections that are remembered, read or not. */
const PACKS_MAX = 32;
/** Memory of one pack, and of all. */
const PACK_BYTES_MAX = 6 << 20;
const ALL_BYTES_MAX = 12 << 20;

interface Pack {
  elements: PackedElements;
  asked: number;
  /** - "reading": those up to `last` are in it */
  state: "reading" | "whole" | "too big";
  last: Bytes | null;
  restUntilUs: number;
}

export class ElementPacks {
  readonly #random: () => number;
  /** By collection id, the oldest first. */
  readonly #packs = new Map<number, Pack>();

  /** @param random a number in [0, 1) */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Memory of all packs, in bytes. */
  get memoryBytes(): number {
    let sum = 0;
    for (const { elements } of this.#packs.values()) sum += elements.memoryBytes;
    return sum;
  }

  /** To be told of each new element of a collection. */
  added(id: number, element: Bytes): void {
    if (this.#packs.size === 0) return;
    const pack = this.#packs.get(id);
    if (pack === undefined || pack.state === "too big") return;
    const isPassed = pack.last !== null && compareBytes(element, pack.last) <= 0;
    if (pack.state === "reading" && !isPassed) return;
    pack.elements.add(element);
    if (pack.elements.memoryBytes > PACK_BYTES_MAX) this.#packs.delete(id);
  }

  /** Forgets everything: a turn was undone, so elements may be back without a word. */
  clear(): void {
    this.#packs.clear();
  }

  /**
   * An element by chance, copied, or null when the collection is not in memory (yet).
   *
   * @param isTaken the caller removes it at once
   */
  draw(collections: Collections, kind: number, source: Sampled, isTaken: boolean): Bytes | null {
    const pack = this.#packs.get(source.id) ?? this.#begin(source.id);
    if (pack.state === "reading") this.#read(collections, kind, source, pack);
    if (pack.state !== "whole") return null;
    const { elements } = pack;
    while (elements.count >= source.size) {
      const at = Math.floor(this.#random() * elements.count);
      const element = elements.at(at);
      const isThere = collections.has(kind, source.id, element);
      if (isTaken || !isThere) elements.remove(at);
      if (isThere) return element;
    }
    // Some came without a word: it has to be read anew.
    this.#packs.delete(source.id);
    return null;
  }

  #begin(id: number): Pack {
    const elements = new PackedElements();
    const pack: Pack = { elements, asked: 0, state: "reading", last: null, restUntilUs: 0 };
    this.#packs.set(id, pack);
    if (this.#packs.size > PACKS_MAX) this.#forgetOldest();
    return pack;
  }

  #forgetOldest(): void {
    for (const oldest of this.#packs.keys()) {
      this.#packs.delete(oldest);
      return;
    }
  }

  #read(collections: Collections, kind: number, source: Sampled, pack: Pack): void {
    if (pack.asked++ < ASKED_MIN) return;
    const startUs = clock.monotonicUs();
    if (startUs < pack.restUntilUs) return;
    const from = pack.last === null ? EMPTY : concatBytes(pack.last, ZERO);
    const walk = collections.walk(kind, source.id, { from, expected: SLICE_ROWS });
    let rows = 0;
    pack.state = "whole";
    while (walk.next()) {
      const element = walk.rest;
      pack.elements.add(element);
      if (++rows % SLICE_ROWS !== 0 || clock.monotonicUs() - startUs < SLICE_US) continue;
      pack.last = copyBytes(element);
      pack.state = "reading";
      break;
    }
    this.#checkMemory(source, pack);
    pack.restUntilUs = clock.monotonicUs() + REST_US;
  }

  /** Gives up what will not fit, as soon as that can be told. */
  #checkMemory(source: Sampled, pack: Pack): void {
    const { elements } = pack;
    const expected = (elements.memoryBytes / Math.max(1, elements.count)) * source.size;
    if (Math.max(elements.memoryBytes, expected / 2) > PACK_BYTES_MAX) {
      pack.elements = new PackedElements();
      pack.state = "too big";
    }
    while (this.memoryBytes > ALL_BYTES_MAX) this.#forgetOldest();
  }
}

/** The least byte string behind another is that one with a zero. */
const ZERO = new Uint8Array(1);
