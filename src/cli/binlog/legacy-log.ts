/**
 * The log files of LedisDB v0.1: events without turns, sums or headers, and rows of another form. Read for
 * people who come from there.
 */
import {
  EVENT_DELETE,
  EVENT_HEADER_BYTES,
  EVENT_PUT,
  eventEnd,
  isPut,
  keyEnd,
  keyStart,
  readU32,
} from "../../binlog/event.ts";
import type { LogFileWalk, WalkEnd } from "../../binlog/log-file-walk.ts";
import { type Bytes, EMPTY } from "../../bytes/bytes.ts";
import type { LoggedRow, Shown } from "./log-row.ts";

/** Longest event that LedisDB could write is far shorter. */
const EVENT_BYTES_MAX = 256 << 20;

/** Types of its keys, as its expiry rows number them. */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: "kv",
  2: "hash",
  4: "list",
  6: "zset",
  9: "bit",
};

const KEY_ROW_NAMES: Readonly<Record<number, string>> = {
  1: "kv",
  3: "hsize",
  5: "lmeta",
  7: "zsize",
  10: "bitmeta",
};

const ELEMENT_ROW_NAMES: Readonly<Record<number, string>> = {
  2: "hash",
  4: "list",
  6: "zset",
  8: "zscore",
  9: "bit",
};

const EXPIRE_TIME_ROW = 101;
const EXPIRE_META_ROW = 102;

interface Place {
  readonly name: string;
  readonly key: Bytes;
  readonly details: readonly (readonly [string, Shown])[];
}

/** An event, where it starts in its file, and what it says; null: nothing that LedisDB could read either. */
export interface LegacyEvent {
  readonly offset: number;
  readonly time: number;
  readonly row: LoggedRow | null;
}

export function* legacyEvents(walk: LogFileWalk): Generator<LegacyEvent, WalkEnd> {
  const { size } = walk;
  let offset = 0;
  while (offset < size) {
    const head = walk.read(offset, EVENT_HEADER_BYTES);
    const length = head.length < EVENT_HEADER_BYTES ? 0 : readU32(head, 4);
    const end = offset + EVENT_HEADER_BYTES + length;
    if (head.length < EVENT_HEADER_BYTES || end > size) {
      return { offset, stop: length > EVENT_BYTES_MAX ? "damaged" : "incomplete", size };
    }
    const bytes = walk.read(offset, end - offset);
    const kind = bytes[EVENT_HEADER_BYTES];
    const isWhole =
      length > 0 &&
      (kind === EVENT_DELETE || (kind === EVENT_PUT && length >= 3 && keyEnd(bytes, 0) <= end));
    if (!isWhole) return { offset, stop: "damaged", size };
    yield { offset, time: readU32(bytes, 0), row: legacyRow(bytes) };
    offset = end;
  }
  return { offset, stop: null, size };
}

function legacyRow(event: Bytes): LoggedRow | null {
  const key = event.subarray(keyStart(event, 0), keyEnd(event, 0));
  const place = placeOf(key);
  if (place === null) return null;
  const put = isPut(event, 0);
  const value = put ? event.subarray(keyEnd(event, 0), eventEnd(event, 0)) : EMPTY;
  return {
    time: readU32(event, 0),
    isPut: put,
    name: place.name,
    database: key[0]!,
    key: place.key,
    id: 0,
    details: value.length === 0 ? place.details : [...place.details, ["value", value]],
    expireAt: 0,
  };
}

/** What a row key of LedisDB says: `database u8 · type u8 · ...`; null when it is none. */
function placeOf(key: Bytes): Place | null {
  if (key.length < 2) return null;
  const type = key[1]!;
  const plain = KEY_ROW_NAMES[type];
  if (plain !== undefined) return { name: plain, key: key.subarray(2), details: [] };
  const rest = key.subarray(2);
  if (type === EXPIRE_TIME_ROW || type === EXPIRE_META_ROW) return expiryPlace(type, rest);
  const name = ELEMENT_ROW_NAMES[type];
  if (name === undefined || rest.length < 2) return null;
  const end = 2 + ((rest[0]! << 8) | rest[1]!);
  if (rest.length < end) return null;
  const details = elementDetails(name, rest.subarray(end));
  return details === null ? null : { name, key: rest.subarray(2, end), details };
}

function expiryPlace(row: number, rest: Bytes): Place | null {
  const type = TYPE_NAMES[rest[0] ?? 0];
  if (type === undefined) return null;
  if (row === EXPIRE_META_ROW) {
    return { name: `expmeta ${type}`, key: rest.subarray(1), details: [] };
  }
  if (rest.length < 9) return null;
  return { name: `exptime ${type}`, key: rest.subarray(9), details: [["when", int64(rest, 1)]] };
}

function elementDetails(name: string, tail: Bytes): [string, Shown][] | null {
  switch (name) {
    case "hash":
      return tail.length < 1 ? null : [["field", tail.subarray(1)]];
    case "zset":
      return tail.length < 1 ? null : [["member", tail.subarray(1)]];
    case "list":
      return tail.length === 4 ? [["seq", readU32(tail, 0)]] : null;
    case "bit":
      return tail.length === 4 ? [["segment", readU32(tail, 0)]] : null;
    default:
      // zscore: separator, score, separator, member.
      if (tail.length < 10) return null;
      return [
        ["member", tail.subarray(10)],
        ["score", int64(tail, 1)],
      ];
  }
}

/** LedisDB's scores and times; beyond 2^53 rounded. */
function int64(bytes: Bytes, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Number(view.getBigInt64(at));
}
