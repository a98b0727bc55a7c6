/**
 * Sorts rows by key. Comparing keys pairwise in JavaScript costs ten times as much as the flush can
 * afford, so this is a radix sort from the most significant byte that lets the engine's native sort of
 * doubles do the work: four key bytes and the row's index are packed into one exact double.
 */
import { compareBytes } from "../../bytes/bytes.ts";

/** Gives the key bytes of a row: `buffer[start, end)`. */
export interface KeySource {
  keyBuffer(row: number): Uint8Array;
  keyStart(row: number): number;
  keyEnd(row: number): number;
}

/** Each byte counts 1..256 and "the key ended" counts 0, so a prefix sorts before what it begins. */
const BASE = 257;
const SMALL = 12;

/** Sorts `rows[from, to)` in place by key, ascending; those with the same key stay in their order. */
export function sortRows(source: KeySource, rows: Uint32Array, from = 0, to = rows.length): void {
  sortFrom(source, rows, from, to, 0);
}

function sortFrom(source: KeySource, rows: Uint32Array, from: number, to: number, depth: number) {
  const count = to - from;
  if (count <= SMALL) {
    insertionSort(source, rows, from, to);
    return;
  }
  const start = depth + commonPrefix(source, rows, from, to, depth);
  const digits = count <= 2_000_000 ? 4 : 3;
  const range = count <= 2_000_000 ? 2_000_000 : 500_000_000;
  const packed = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    packed[i] = digitsAt(source, rows[from + i]!, start, digits) * range + i;
  }
  packed.sort();
  const unsorted = rows.slice(from, to);
  let runStart = 0;
  let runDigits = -1;
  for (let i = 0; i <= count; i++) {
    const value = i < count ? Math.floor(packed[i]! / range) : -1;
    if (i < count) rows[from + i] = unsorted[packed[i]! - value * range]!;
    if (value === runDigits) continue;
    // All digits 0: these keys have ended, so they are the same.
    if (i - runStart > 1 && runDigits > 0)
      sortFrom(source, rows, from + runStart, from + i, start + digits);
    runStart = i;
    runDigits = value;
  }
}

/** How many bytes behind `depth` all keys share. */
function commonPrefix(
  source: KeySource,
  rows: Uint32Array,
  from: number,
  to: number,
  depth: number,
): number {
  const first = source.keyBuffer(rows[from]!);
  const firstStart = source.keyStart(rows[from]!) + depth;
  let shared = source.keyEnd(rows[from]!) - firstStart;
  for (let i = from + 1; i < to && shared > 0; i++) {
    const bytes = source.keyBuffer(rows[i]!);
    const start = source.keyStart(rows[i]!) + depth;
    const length = Math.min(shared, source.keyEnd(rows[i]!) - start);
    let same = 0;
    while (same < length && bytes[start + same] === first[firstStart + same]) same++;
    shared = same;
  }
  return Math.max(0, shared);
}

function digitsAt(source: KeySource, row: number, depth: number, count: number): number {
  const bytes = source.keyBuffer(row);
  const end = source.keyEnd(row);
  let at = source.keyStart(row) + depth;
  let value = 0;
  for (let i = 0; i < count; i++, at++) value = value * BASE + (at < end ? bytes[at]! + 1 : 0);
  return value;
}

function insertionSort(source: KeySource, rows: Uint32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const row = rows[i]!;
    const key = keyView(source, row);
    let j = i - 1;
    while (j >= from && compareBytes(keyView(source, rows[j]!), key) > 0) {
      rows[j + 1] = rows[j]!;
      j--;
    }
    rows[j + 1] = row;
  }
}

function keyView(source: KeySource, row: number): Uint8Array {
  return source.keyBuffer(row).subarray(source.keyStart(row), source.keyEnd(row));
}
