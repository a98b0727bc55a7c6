/** Payloads that Redis has made, and some that it has accepted, with what they hold. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bytes, compareBytes, fromMapKey, mapKey } from "../../src/bytes/bytes.ts";
import { formatDouble } from "../../src/bytes/double.ts";
import { streamIdText } from "../../src/bytes/stream-id.ts";
import type { RdbValue } from "../../src/rdb/rdb-value.ts";

export interface RecordedPayload {
  readonly name: string;
  /** Who has made it. */
  readonly source: string;
  readonly type: "string" | "list" | "set" | "hash" | "zset" | "stream";
  readonly payload: Bytes;
  /** As `contentOf` tells it: bytes as latin1. */
  readonly value: unknown;
}

export const redisPayloads: readonly RecordedPayload[] = readFileSync(
  join(import.meta.dir, "redis-payloads.jsonl"),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line) => {
    const record = JSON.parse(line) as RecordedPayload & { payload: string };
    return { ...record, payload: new Uint8Array(Buffer.from(record.payload, "base64")) };
  });

/** The payload of this name. */
export function redisPayload(name: string): RecordedPayload {
  const found = redisPayloads.find((record) => record.name === name);
  if (found === undefined) throw new Error(`no payload ${name}`);
  return found;
}

/**
 * All of a value, to be compared: items in order, members and fields in byte order, members with scores in
 * theirs.
 */
export function contentOf(value: RdbValue): unknown {
  switch (value.type) {
    case "string":
      return mapKey(value.bytes());
    case "list":
      return [...value.items()].map(mapKey);
    case "set":
      return [...value.members()].map(mapKey).sort(byBytes);
    case "hash":
      return [...value.fields()]
        .map(({ field, value }) => [mapKey(field), mapKey(value)] as const)
        .sort(([a], [b]) => byBytes(a, b));
    case "zset":
      return [...value.members()]
        .sort((a, b) => a.score - b.score || compareBytes(a.member, b.member))
        .map(({ member, score }) => [mapKey(member), formatDouble(score)]);
    case "bitmap":
      return [...value.segments()].map(({ number, bytes }) => [number, mapKey(bytes)]);
    case "stream":
      return [...value.entries()].map(({ id, fields }) => [
        mapKey(streamIdText(id)),
        ...fields.map(mapKey),
      ]);
  }
}

function byBytes(a: string, b: string): number {
  return compareBytes(fromMapKey(a), fromMapKey(b));
}
