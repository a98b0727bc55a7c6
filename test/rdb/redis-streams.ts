/** Payloads of streams that Redis has made, and some that it has accepted, with what XINFO STREAM FULL said of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bytes, mapKey } from "../../src/bytes/bytes.ts";
import { streamIdText } from "../../src/bytes/stream-id.ts";
import type { RdbValue } from "../../src/rdb/rdb-value.ts";

export interface RecordedStream {
  readonly name: string;
  /** Who has made it. */
  readonly source: string;
  /** Whether its entries were only added, so that there is one way to lay them out. */
  readonly isAppended: boolean;
  readonly payload: Bytes;
  /** The first entry's id. */
  readonly firstId: string;
  /** As `streamContentOf` tells it. */
  readonly value: StreamContent;
}

/** Bytes as latin1, ids as `ms-seq`. */
export interface StreamContent {
  readonly length: number;
  readonly lastId: string;
  readonly maxDeletedId: string;
  readonly entriesAdded: number;
  /** Id, field, value, field, value ... */
  readonly entries: readonly (readonly string[])[];
  readonly groups: readonly {
    readonly name: string;
    readonly lastId: string;
    readonly entriesRead: number;
    /** Name, seen. */
    readonly consumers: readonly (readonly [string, number])[];
    /** Id, consumer, time, count. */
    readonly pending: readonly (readonly [string, string, number, number])[];
  }[];
}

export const redisStreams: readonly RecordedStream[] = readFileSync(
  join(import.meta.dir, "redis-streams.jsonl"),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line) => {
    const record = JSON.parse(line) as RecordedStream & { payload: string };
    return { ...record, payload: new Uint8Array(Buffer.from(record.payload, "base64")) };
  });

/** The stream of this name. */
export function redisStream(name: string): RecordedStream {
  const found = redisStreams.find((record) => record.name === name);
  if (found === undefined) throw new Error(`no stream ${name}`);
  return found;
}

const idText = (id: Bytes): string => mapKey(streamIdText(id));

/** All of a stream, to be compared. */
export function streamContentOf(stream: RdbValue): StreamContent {
  if (stream.type !== "stream") throw new Error(`a ${stream.type}`);
  const { length, lastId, maxDeletedId, entriesAdded } = stream.head;
  return {
    length,
    lastId: idText(lastId),
    maxDeletedId: idText(maxDeletedId),
    entriesAdded: Number(entriesAdded),
    entries: [...stream.entries()].map(({ id, fields }) => [idText(id), ...fields.map(mapKey)]),
    groups: [...stream.groups()].map((group) => ({
      name: mapKey(group.name),
      lastId: idText(group.lastId),
      entriesRead: Number(group.entriesRead),
      consumers: group.consumers.map(({ name, seenAtMs }) => [mapKey(name), seenAtMs] as const),
      pending: group.pending.map(
        ({ id, consumer, deliveredAtMs, deliveries }) =>
          [idText(id), mapKey(consumer), deliveredAtMs, deliveries] as const,
      ),
    })),
  };
}
