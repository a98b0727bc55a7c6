/** What a put or delete event of the log says, in the words of LedisDB's `ledis-binlog`. */
import { eventEnd, isPut, keyEnd, keyStart, readU32 } from "../../binlog/event.ts";
import { type Bytes, equalBytes, fromText, toText } from "../../bytes/bytes.ts";
import { readSortableDouble, SORTABLE_DOUBLE_BYTES } from "../../bytes/sortable-double.ts";
import { STREAM_ID_BYTES, streamIdText } from "../../bytes/stream-id.ts";
import {
  collectionId,
  expireAtMs,
  restStart,
  rowType,
  TYPE_BITMAP,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
} from "../../keyspace/rows/key-row.ts";
import { homeOf, META_DEAD_SPACE, META_SERVER } from "../../keyspace/rows/meta-rows.ts";
import {
  KIND_BITMAP,
  KIND_CONSUMER,
  KIND_FIELD_DUE,
  KIND_FIELD_TTL,
  KIND_GROUP,
  KIND_HASH,
  KIND_KEY,
  KIND_LIST,
  KIND_META,
  KIND_OWNED,
  KIND_PENDING,
  KIND_SET,
  KIND_STREAM,
  KIND_ZCOUNT,
  KIND_ZSCORE,
  KIND_ZSET,
  numberOf,
  prefixBytes,
  readU48,
} from "../../keyspace/rows/row-key.ts";
import type { LogNames } from "./log-names.ts";

/** Bytes are shown quoted, numbers plain. */
export type Shown = Bytes | number;

export interface LoggedRow {
  /** Unix seconds. */
  readonly time: number;
  readonly isPut: boolean;
  /** kv, hash, hsize, list, lmeta, zset, zsize, zscore, zcount, bit, bitmeta, set, ssize, stream, xsize,
   * xgroup, xconsumer, xpending, xowned, key, meta, exptime, expmeta. */
  readonly name: string;
  /** null: it belongs to none, or nobody knows to which. */
  readonly database: number | null;
  /** null: it belongs to none, or nobody knows to which. */
  readonly key: Bytes | null;
  /** Of the collection that the row belongs to or names; 0: none. */
  readonly id: number;
  /** What else there is to say, in order: name and value. */
  readonly details: readonly (readonly [name: string, value: Shown])[];
  /** ms since 1970; 0: no TTL. */
  readonly expireAt: number;
}

type Details = [string, Shown][];

/** Names of key rows by type: those of LedisDB's rows that kept a size. */
const SIZE_NAMES: Readonly<Record<number, string>> = {
  [TYPE_HASH]: "hsize",
  [TYPE_LIST]: "lmeta",
  [TYPE_ZSET]: "zsize",
  [TYPE_BITMAP]: "bitmeta",
  [TYPE_SET]: "ssize",
  [TYPE_STREAM]: "xsize",
};

const ELEMENT_NAMES: Readonly<Record<number, string>> = {
  [KIND_HASH]: "hash",
  [KIND_FIELD_TTL]: "fieldttl",
  [KIND_FIELD_DUE]: "fielddue",
  [KIND_LIST]: "list",
  [KIND_ZSET]: "zset",
  [KIND_ZSCORE]: "zscore",
  [KIND_ZCOUNT]: "zcount",
  [KIND_BITMAP]: "bit",
  [KIND_SET]: "set",
  [KIND_STREAM]: "stream",
  [KIND_GROUP]: "xgroup",
  [KIND_CONSUMER]: "xconsumer",
  [KIND_PENDING]: "xpending",
  [KIND_OWNED]: "xowned",
};

/** Of the server's own rows: how many bytes of the value are a number. */
const META_NUMBERS: Readonly<Record<string, 4 | 6>> = {
  space: 4,
  "next-space": 4,
  "next-id": 6,
  libraries: 6,
};

/** The row of the put or delete event at `at`; its bytes are views. REQUIRES: the turn was learned by `names`. */
export function loggedRow(bytes: Bytes, at: number, names: LogNames): LoggedRow {
  const start = keyStart(bytes, at);
  const end = keyEnd(bytes, at);
  const kind = bytes[start]!;
  const head = { time: readU32(bytes, at), isPut: isPut(bytes, at) };
  const value = head.isPut ? bytes.subarray(end, eventEnd(bytes, at)) : null;
  if (end - start < prefixBytes(kind)) {
    return { ...head, ...nowhere("row"), details: detailsOf(bytes.subarray(start, end), value) };
  }
  const number = numberOf(bytes, start);
  const rest = bytes.subarray(start + prefixBytes(kind), end);
  if (kind === KIND_META) return { ...head, ...metaRow(number, rest, value, names) };
  if (kind === KIND_KEY) {
    return { ...head, database: names.databaseOf(number), key: rest, ...keyRow(value) };
  }
  const owner = names.keyOf(number);
  const database = owner === null ? null : names.databaseOf(owner.space);
  const details = elementDetails(kind, rest, value);
  const name = ELEMENT_NAMES[kind] ?? `row${kind}`;
  return { ...head, name, database, key: owner?.key ?? null, id: number, details, expireAt: 0 };
}

function nowhere(name: string) {
  return { name, database: null, key: null, id: 0, expireAt: 0 };
}

function detailsOf(rest: Bytes, value: Bytes | null): Details {
  return value === null || value.length === 0
    ? [["rest", rest]]
    : [
        ["rest", rest],
        ["value", value],
      ];
}

function metaRow(number: number, name: Bytes, value: Bytes | null, names: LogNames) {
  const home = homeOf(name);
  if (home !== 0)
    return { ...homeRow(home, value, names), details: [["row", fromText("home")]] as Details };
  const text = toText(name);
  const details: Details = [["row", name]];
  const bytes = META_NUMBERS[text];
  if (value !== null && bytes === value.length) {
    details.push(["value", bytes === 4 ? readU32(value, 0) : readU48(value, 0)]);
  } else if (value !== null && value.length > 0) {
    details.push(["value", value]);
  }
  const isDeadSpace = equalBytes(name, META_DEAD_SPACE);
  const database = isDeadSpace ? names.databaseOf(number) : number;
  return { ...nowhere("meta"), database: number === META_SERVER ? null : database, details };
}

/** Where a collection was moved to. */
function homeRow(id: number, value: Bytes | null, names: LogNames) {
  const isKnown = value !== null && value.length >= 4;
  const database = isKnown ? names.databaseOf(readU32(value, 0)) : null;
  return { name: "meta", database, key: isKnown ? value.subarray(4) : null, id, expireAt: 0 };
}

function keyRow(value: Bytes | null) {
  if (value === null || value.length === 0) {
    return { name: "key", id: 0, expireAt: 0, details: [] };
  }
  const type = rowType(value, 0);
  const expireAt = expireAtMs(value, 0);
  const rest = value.subarray(restStart(value, 0));
  if (type === TYPE_STRING) {
    return { name: "kv", id: 0, expireAt, details: [["value", rest]] as Details };
  }
  const details: Details = [];
  if (rest.length >= 12) details.push(["size", readU48(rest, 6)]);
  if (type === TYPE_LIST && rest.length >= 18) details.push(["head", readU48(rest, 12)]);
  if (type === TYPE_BITMAP && rest.length >= 16) details.push(["tail", readU32(rest, 12)]);
  const name = SIZE_NAMES[type] ?? `type${type}`;
  return { name, id: collectionId(value, 0), expireAt, details };
}

function elementDetails(kind: number, rest: Bytes, value: Bytes | null): Details {
  switch (kind) {
    case KIND_HASH:
      return [["field", rest], ...valueDetails(value)];
    case KIND_FIELD_TTL:
      if (value !== null && value.length !== 6) break;
      return [
        ["field", rest],
        ...(value === null ? [] : [["when", readU48(value, 0)] as [string, Shown]]),
      ];
    case KIND_FIELD_DUE:
      if (rest.length < 6) break;
      return [
        ["field", rest.subarray(6)],
        ["when", readU48(rest, 0)],
      ];
    case KIND_LIST:
      if (rest.length !== 6) break;
      return [["seq", readU48(rest, 0)], ...valueDetails(value)];
    case KIND_SET:
      return [["member", rest]];
    case KIND_STREAM:
      if (rest.length !== STREAM_ID_BYTES) break;
      return [["entry", streamIdText(rest)], ...valueDetails(value)];
    case KIND_GROUP:
      return [["group", rest], ...valueDetails(value)];
    case KIND_CONSUMER:
      if (rest.length < 4) break;
      return [["group", readU32(rest, 0)], ["consumer", rest.subarray(4)], ...valueDetails(value)];
    case KIND_PENDING:
      if (rest.length !== 4 + STREAM_ID_BYTES) break;
      return [
        ["group", readU32(rest, 0)],
        ["entry", streamIdText(rest.subarray(4))],
        ...valueDetails(value),
      ];
    case KIND_OWNED:
      if (rest.length !== 8 + STREAM_ID_BYTES) break;
      return [
        ["group", readU32(rest, 0)],
        ["consumer", readU32(rest, 4)],
        ["entry", streamIdText(rest.subarray(8))],
      ];
    case KIND_ZSET:
      if (value === null) return [["member", rest]];
      if (value.length !== SORTABLE_DOUBLE_BYTES) break;
      return [
        ["member", rest],
        ["score", readSortableDouble(value, 0)],
      ];
    case KIND_ZSCORE:
      if (rest.length < SORTABLE_DOUBLE_BYTES) break;
      return [
        ["member", rest.subarray(SORTABLE_DOUBLE_BYTES)],
        ["score", readSortableDouble(rest, 0)],
      ];
    case KIND_ZCOUNT:
      if (rest.length === 0 || (value !== null && value.length !== 6)) break;
      return [
        ["level", rest[0]!],
        ["first", rest.subarray(1)],
        ...(value === null ? [] : [["count", readU48(value, 0)] as [string, Shown]]),
      ];
    case KIND_BITMAP:
      if (rest.length !== 4) break;
      return [["segment", readU32(rest, 0)], ...valueDetails(value)];
  }
  return detailsOf(rest, value);
}

function valueDetails(value: Bytes | null): Details {
  return value === null ? [] : [["value", value]];
}
