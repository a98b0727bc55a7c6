/**
 * SORT: the elements of a list, a set or a sorted set, ordered by themselves or by other keys' values, and what keys
 * made of them hold. Work on many elements yields, so that it can be done in slices: the elements are those of one
 * moment, the other keys are read while the work goes on.
 */
import { type Bytes, compareBytes, copyBytes } from "../../bytes/bytes.ts";
import { parseCDouble } from "../../bytes/c-double.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_SET } from "../../keyspace/rows/key-row.ts";
import type { Hashes } from "../hashes/hashes.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import { mergeSort } from "./merge-sort.ts";
import type { SortElements, Span } from "./sort-elements.ts";
import { isConstant, SortPattern } from "./sort-pattern.ts";

/** Elements whose values are looked up between two yields. */
const LOOKED_UP = 64;

export interface SortQuery {
  /** Pattern of what to order by; null: the elements themselves; without an asterisk: no order. */
  readonly by: Bytes | null;
  /** Patterns of what to answer for each element; none: the element. */
  readonly get: readonly Bytes[];
  /** How many of the first to leave out; negative: none. */
  readonly offset: number;
  /** How many at most; negative: all. */
  readonly count: number;
  readonly isDescending: boolean;
  /** By bytes instead of as numbers. */
  readonly isAlphabetic: boolean;
  /** The outcome will be stored: a set is ordered even if no order is asked for. */
  readonly isStored: boolean;
}

/** How elements are ordered. */
interface Order {
  readonly by: Bytes | null;
  readonly isAlphabetic: boolean;
  readonly isDescending: boolean;
}

interface Weighed {
  readonly element: Bytes;
  readonly weight: number;
  /** What is compared alphabetically; null comes first. */
  readonly text: Bytes | null;
}

type Comparison = (a: Weighed, b: Weighed) => number;

export class Sorting {
  readonly #table: KeyTable;
  readonly #hashes: Hashes;
  readonly #elements: SortElements;

  constructor(table: KeyTable, hashes: Hashes, elements: SortElements) {
    this.#table = table;
    this.#hashes = hashes;
    this.#elements = elements;
  }

  /**
   * Answers the values asked for, copied; null where there is none. Empty when there is no such key.
   *
   * @throws {CommandError} WRONGTYPE; a value to order by is no number
   */
  *sort(key: Bytes, query: SortQuery): Generator<void, (Bytes | null)[], void> {
    const loaded = yield* this.#elements.load(key, (type, size) =>
      orderOf(query, type) === null
        ? { ...spanOf(query, size), reverse: query.isDescending }
        : null,
    );
    const { elements, type, isPicked } = loaded;
    const order = orderOf(query, type);
    const ordered = order === null ? elements : yield* this.#order(elements, order);
    const { start, end } = isPicked
      ? { start: 0, end: elements.length }
      : spanOf(query, elements.length);
    const wanted = ordered.slice(start, end);
    return query.get.length === 0 ? wanted : yield* this.#lookUp(wanted, query.get);
  }

  *#order(elements: readonly Bytes[], order: Order): Generator<void, Bytes[], void> {
    const pattern = order.by === null ? null : new SortPattern(order.by);
    const weighed: Weighed[] = [];
    for (const [at, element] of elements.entries()) {
      const value = pattern === null ? element : this.#valueOf(pattern, element);
      weighed.push(weigh(element, value, order.isAlphabetic));
      if (at % LOOKED_UP === 0) yield;
    }
    const compare = order.isAlphabetic ? compareTexts : compareWeights;
    const compared: Comparison = order.isDescending ? (a, b) => -compare(a, b) : compare;
    const sorted = yield* mergeSort(weighed, compared);
    return sorted.map(({ element }) => element);
  }

  *#lookUp(
    elements: readonly Bytes[],
    texts: readonly Bytes[],
  ): Generator<void, (Bytes | null)[], void> {
    const patterns = texts.map((text) => new SortPattern(text));
    const values: (Bytes | null)[] = [];
    for (const [at, element] of elements.entries()) {
      for (const pattern of patterns) {
        const value = this.#valueOf(pattern, element);
        values.push(value === null ? null : copyBytes(value));
      }
      if (at % LOOKED_UP === 0) yield;
    }
    return values;
  }

  #valueOf(pattern: SortPattern, element: Bytes): Bytes | null {
    return pattern.valueOf(element, this.#table, this.#hashes);
  }
}

/** null: the elements stand as they should. */
function orderOf(query: SortQuery, type: number): Order | null {
  const { by, isAlphabetic, isDescending } = query;
  if (by === null || !isConstant(by)) return { by, isAlphabetic, isDescending };
  // As in Redis, where a set has no order that two servers would agree on.
  return type === TYPE_SET && query.isStored
    ? { by: null, isAlphabetic: true, isDescending }
    : null;
}

/** Which of `size` elements are wanted once they are ordered. */
function spanOf({ offset, count }: SortQuery, size: number): Span {
  const start = Math.min(Math.max(offset, 0), size);
  return { start, end: count < 0 ? size : Math.min(start + count, size) };
}

/** @param value a view; null: it has none, which weighs 0. @throws {CommandError} it is no number and should be */
function weigh(element: Bytes, value: Bytes | null, isAlphabetic: boolean): Weighed {
  if (isAlphabetic) {
    const text = value === null || value === element ? value : copyBytes(value);
    return { element, weight: 0, text };
  }
  const weight = value === null ? 0 : parseCDouble(value);
  if (Number.isNaN(weight)) throw new CommandError(errors.sortNotNumbers);
  return { element, weight, text: null };
}

function compareWeights(a: Weighed, b: Weighed): number {
  if (a.weight !== b.weight) return a.weight < b.weight ? -1 : 1;
  return compareBytes(a.element, b.element);
}

function compareTexts(a: Weighed, b: Weighed): number {
  if (a.text === null || b.text === null)
    return (a.text === null ? 0 : 1) - (b.text === null ? 0 : 1);
  return compareBytes(a.text, b.text);
}
