/**
 * Collections as they stand in SQLite, without a server: whether their rows agree with each other and with the
 * key row, and how to make them agree again with as little loss as there can be.
 */

import { readU32, writeU32 } from "../binlog/event.ts";
import { type Bytes, concatBytes, EMPTY, equalBytes } from "../bytes/bytes.ts";
import {
  expireAtMs,
  headBytes,
  restStart,
  rowType,
  TYPE_BITMAP,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_ZSET,
} from "../keyspace/rows/key-row.ts";
import {
  KIND_BITMAP,
  KIND_HASH,
  KIND_KEY,
  KIND_LIST,
  KIND_SET,
  KIND_STREAM,
  KIND_ZSET,
  readU48,
  writeU48,
} from "../keyspace/rows/row-key.ts";
import type { NamedCollection, StoredRows } from "../keyspace/sqlite/stored-rows.ts";
import { HEADER_BYTES } from "./collections/collections.ts";
import { checkFieldTtls, mendFieldTtls } from "./hashes/stored-field-ttls.ts";
import { checkStream, mendStream } from "./streams/stored-streams.ts";
import { STREAM_EXTRA_BYTES } from "./streams/stream-header.ts";
import { SEGMENT_BYTES } from "./strings/bitmaps.ts";
import { checkZSet, mendZSet } from "./zsets/stored-zsets.ts";
import { COUNTED } from "./zsets/zset-entries.ts";

/** Rows of one page. */
const PAGE_ROWS = 1000;
const SEQ_BYTES = 6;
const TAIL_BYTES = 4;

/** The kind whose rows a type's size counts. Types that are not here have rules of their own. */
const SIZE_KINDS: ReadonlyMap<number, number> = new Map([
  [TYPE_HASH, KIND_HASH],
  [TYPE_LIST, KIND_LIST],
  [TYPE_ZSET, KIND_ZSET],
  [TYPE_BITMAP, KIND_BITMAP],
  [TYPE_SET, KIND_SET],
  [TYPE_STREAM, KIND_STREAM],
]);

/** Bytes that a type keeps behind the size, at least. */
const EXTRA_BYTES: ReadonlyMap<number, number> = new Map([
  [TYPE_LIST, SEQ_BYTES],
  [TYPE_BITMAP, TAIL_BYTES],
  [TYPE_STREAM, STREAM_EXTRA_BYTES],
]);

/** Header of a collection's key row; null: too short to be one. */
function headerOf(value: Bytes): { type: number; size: number; extra: Bytes } | null {
  const rest = value.subarray(restStart(value, 0));
  const type = rowType(value, 0);
  if (rest.length < HEADER_BYTES + (EXTRA_BYTES.get(type) ?? 0)) return null;
  return { type, size: readU48(rest, 6), extra: rest.subarray(HEADER_BYTES) };
}

/** What is wrong with a collection; null: nothing, or its type is not checked. */
export function checkCollection(rows: StoredRows, named: NamedCollection): string | null {
  const kind = SIZE_KINDS.get(rowType(named.value, 0));
  if (kind === undefined) return null;
  const header = headerOf(named.value);
  if (header === null) return "its key row is cut short";
  if (kind === KIND_STREAM) return checkStream(rows, named.id, header.size, header.extra);
  const counted = rows.count(kind, named.id);
  if (counted === null) return `it says ${header.size} elements, none is there`;
  if (counted.count !== header.size) {
    return `it says ${header.size} elements, ${counted.count} are there`;
  }
  if (kind === KIND_LIST) {
    const head = readU48(header.extra, 0);
    const isWhole =
      readU48(counted.first, 0) === head && readU48(counted.last, 0) === head + header.size - 1;
    return isWhole ? null : "its items are not numbered one after the other";
  }
  if (kind === KIND_HASH) return checkFieldTtls(rows, named.id, header.extra);
  if (kind !== KIND_ZSET) return null;
  return checkZSet(rows, named.id, header.size, equalBytes(header.extra, COUNTED));
}

/** Makes key row and elements agree: what is there is kept; a collection without elements goes. */
export function mendCollection(rows: StoredRows, named: NamedCollection): void {
  const { id, space, key, value } = named;
  const type = rowType(value, 0);
  const kind = SIZE_KINDS.get(type);
  if (kind === undefined) return;
  if (kind === KIND_STREAM) {
    const stored = value.subarray(restStart(value, 0));
    const { size, extra } = mendStream(rows, id, stored.subarray(HEADER_BYTES));
    writeKeyRow(rows, named, size, extra);
    return;
  }
  const fieldTtls = kind === KIND_HASH ? mendFieldTtls(rows, id) : EMPTY;
  const hasCounts = kind === KIND_ZSET && mendZSet(rows, id);
  if (kind === KIND_LIST) renumber(rows, id);
  const counted = rows.count(kind, id);
  if (counted === null) {
    rows.delete(KIND_KEY, space, key);
    return;
  }
  const extra = hasCounts
    ? COUNTED
    : concatBytes(fieldTtls, extraOf(value, counted.first, counted.last));
  writeKeyRow(rows, named, counted.count, extra);
}

function writeKeyRow(rows: StoredRows, named: NamedCollection, size: number, extra: Bytes): void {
  const { id, space, key, value } = named;
  const head = value.slice(0, headBytes(expireAtMs(value, 0)));
  const numbers = new Uint8Array(HEADER_BYTES);
  writeU48(numbers, 0, id);
  writeU48(numbers, 6, size);
  rows.put(KIND_KEY, space, key, concatBytes(head, numbers, extra));
}

/** What the type keeps behind the size. @param value of the old key row @param last the greatest `rest` */
function extraOf(value: Bytes, first: Bytes, last: Bytes): Bytes {
  const type = rowType(value, 0);
  if (type === TYPE_LIST) return first;
  if (type !== TYPE_BITMAP) return EMPTY;
  const extra = headerOf(value)?.extra;
  const lastSegmentStart = readU32(last, 0) * SEGMENT_BYTES * 8;
  const lastBit = lastSegmentStart + SEGMENT_BYTES * 8 - 1;
  const tail = extra === undefined ? lastBit : readU32(extra, 0);
  const bytes = new Uint8Array(TAIL_BYTES);
  // The tail is in the last segment, or behind it: zeros need no segment.
  writeU32(bytes, 0, tail < lastSegmentStart ? lastBit : tail);
  return bytes;
}

/** Numbers the items of a list one after the other, from the first one's number on. */
function renumber(rows: StoredRows, id: number): void {
  let after: Bytes | null = null;
  let next = -1;
  for (;;) {
    const page = rows.elements(KIND_LIST, id, after, PAGE_ROWS);
    for (const { rest, value } of page) {
      const seq = readU48(rest, 0);
      if (next === -1) next = seq;
      // Numbers only sink, so none that is still to come is written over.
      if (seq !== next) {
        rows.delete(KIND_LIST, id, rest);
        const moved = new Uint8Array(SEQ_BYTES);
        writeU48(moved, 0, next);
        rows.put(KIND_LIST, id, moved, value);
      }
      next++;
      after = rest;
    }
    if (page.length < PAGE_ROWS) return;
  }
}
