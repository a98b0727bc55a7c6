/** Streams for tests, as bytes of each version: also such as nobody writes. */
import { type Bytes, fromText } from "../../src/bytes/bytes.ts";
import { msOf, parseStreamId, seqOf } from "../../src/bytes/stream-id.ts";
import {
  RDB_STREAM_LISTPACKS,
  RDB_STREAM_LISTPACKS_2,
  RDB_STREAM_LISTPACKS_3,
} from "../../src/rdb/rdb-types.ts";
import { RdbWriter } from "../../src/rdb/rdb-writer.ts";
import type { StreamVersion } from "../../src/rdb/skip-stream.ts";

const MB = 1 << 20;

/** Ids are `ms-seq`. */
export interface GroupParts {
  readonly name: string;
  readonly lastId: string;
  readonly entriesRead?: bigint;
  readonly deliveries: readonly (readonly [id: string, atMs: number, times: number])[];
  readonly consumers: readonly {
    readonly name: string;
    readonly seenAtMs: number;
    readonly activeAtMs?: bigint;
    readonly ids: readonly string[];
  }[];
}

export interface StreamParts {
  /** As `nodesOf` makes them. */
  readonly nodes: Bytes;
  readonly length: number;
  readonly lastId: string;
  readonly maxDeletedId?: string;
  readonly entriesAdded?: bigint;
  readonly groups?: readonly GroupParts[];
}

const TYPES = {
  1: RDB_STREAM_LISTPACKS,
  2: RDB_STREAM_LISTPACKS_2,
  3: RDB_STREAM_LISTPACKS_3,
} as const;

export function idOf(text: string): Bytes {
  return parseStreamId(fromText(text), 0n)!;
}

/** How many nodes there are, and the nodes. */
export function nodesOf(...nodes: readonly (readonly [id: Bytes, listpack: Bytes])[]): Bytes {
  const writer = new RdbWriter(MB);
  writer.length(nodes.length);
  for (const [id, listpack] of nodes) {
    writer.string(id);
    writer.string(listpack);
  }
  return writer.bytes;
}

/** Type and stream. */
export function streamBytes(version: StreamVersion, stream: StreamParts): Bytes {
  const writer = new RdbWriter(MB);
  writer.byte(TYPES[version]);
  writer.raw(stream.nodes);
  writer.length(stream.length);
  writeId(writer, stream.lastId);
  if (version > 1) {
    writeId(writer, "0-0");
    writeId(writer, stream.maxDeletedId ?? "0-0");
    writer.bigLength(stream.entriesAdded ?? BigInt(stream.length));
  }
  const groups = stream.groups ?? [];
  writer.length(groups.length);
  for (const group of groups) writeGroup(writer, version, group);
  return writer.bytes;
}

function writeGroup(writer: RdbWriter, version: StreamVersion, group: GroupParts): void {
  writer.string(fromText(group.name));
  writeId(writer, group.lastId);
  if (version > 1) writer.bigLength(BigInt.asUintN(64, group.entriesRead ?? -1n));
  writer.length(group.deliveries.length);
  for (const [id, atMs, times] of group.deliveries) {
    writer.raw(idOf(id));
    writer.uint64(atMs);
    writer.length(times);
  }
  writer.length(group.consumers.length);
  for (const { name, seenAtMs, activeAtMs = 0n, ids } of group.consumers) {
    writer.string(fromText(name));
    writer.uint64(seenAtMs);
    if (version === 3) writer.raw(new Uint8Array(BigInt64Array.of(activeAtMs).buffer));
    writer.length(ids.length);
    for (const id of ids) writer.raw(idOf(id));
  }
}

function writeId(writer: RdbWriter, id: string): void {
  writer.bigLength(msOf(idOf(id)));
  writer.bigLength(seqOf(idOf(id)));
}
