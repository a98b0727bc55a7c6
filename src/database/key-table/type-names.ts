/** The names of types, as TYPE, SCAN and OBJECT ENCODING tell them. */
import {
  TYPE_BITMAP,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STREAM,
  TYPE_STRING,
  TYPE_ZSET,
} from "../../keyspace/rows/key-row.ts";

interface TypeName {
  readonly type: number;
  readonly name: string;
  /** What OBJECT ENCODING says of collections: Redis's word for one of any size. */
  readonly encoding: string;
}

const TYPES: readonly TypeName[] = [
  { type: TYPE_STRING, name: "string", encoding: "raw" },
  { type: TYPE_HASH, name: "hash", encoding: "hashtable" },
  { type: TYPE_LIST, name: "list", encoding: "quicklist" },
  { type: TYPE_ZSET, name: "zset", encoding: "skiplist" },
  { type: TYPE_BITMAP, name: "bitmap", encoding: "raw" },
  { type: TYPE_SET, name: "set", encoding: "hashtable" },
  { type: TYPE_STREAM, name: "stream", encoding: "stream" },
];

/** Name of a type, as in TYPE. */
export function typeName(type: number): string {
  return TYPES.find((row) => row.type === type)!.name;
}

/** The type with this name, in lower case; null when there is none. */
export function typeOfName(name: string): number | null {
  return TYPES.find((row) => row.name === name)?.type ?? null;
}

export function typeEncoding(type: number): string {
  return TYPES.find((row) => row.type === type)!.encoding;
}
