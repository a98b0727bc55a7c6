/** Whole streams, out of the database and into it. */
import type { Bytes } from "../../bytes/bytes.ts";
import { STREAM_ID_MAX, STREAM_ID_MIN } from "../../bytes/stream-id.ts";
import { endsSlice, type Slices } from "../../rdb/in-slices.ts";
import type { RdbGroup, RdbStreamEntry } from "../../rdb/rdb-stream.ts";
import type { RdbValue } from "../../rdb/rdb-value.ts";
import type { StreamParts } from "../../rdb/stream-writer.ts";
import type { ConsumerGroup } from "./consumer-group.ts";
import type { StreamGroups } from "./stream-groups.ts";
import type { StreamHeader } from "./stream-header.ts";
import type { Streams } from "./streams.ts";

/** The operations on one database's streams. */
export interface StreamTypes {
  readonly streams: Streams;
  readonly streamGroups: StreamGroups;
}

/** A stream as it is, to be written in Redis's form at once. */
export function streamParts(
  { streams, streamGroups }: StreamTypes,
  stream: StreamHeader,
): StreamParts {
  const { length, lastId, maxDeletedId, entriesAdded } = stream;
  return {
    head: { length, lastId, maxDeletedId, entriesAdded },
    firstId: streams.first(stream)?.id ?? STREAM_ID_MIN,
    entries: entriesOf(streams, stream),
    groups: groupsOf(streamGroups, stream),
  };
}

function* entriesOf(streams: Streams, stream: StreamHeader): Generator<RdbStreamEntry> {
  for (const { id, words } of streams.range(stream, { from: STREAM_ID_MIN, to: STREAM_ID_MAX })) {
    yield { id, fields: words.map((word) => word.view()) };
  }
}

function* groupsOf(streamGroups: StreamGroups, stream: StreamHeader): Generator<RdbGroup> {
  for (const group of streamGroups.all(stream)) yield groupValue(group);
}

function groupValue(group: ConsumerGroup): RdbGroup {
  const { lastId, entriesRead } = group.row;
  const consumers = [...group.consumers()].map(({ name, row }) => ({
    name,
    seenAtMs: row.seenAtMs,
    activeAtMs: row.seenAtMs,
  }));
  const pending = [...group.pending()].map(({ id, delivery }) => {
    const { name: consumer, deliveredAtMs, deliveries } = delivery;
    return { id, consumer, deliveredAtMs, deliveries };
  });
  return { name: group.name, lastId, entriesRead, consumers, pending };
}

/**
 * Stores a stream in place of what the key held.
 *
 * REQUIRES: it was checked.
 * @param expireAt ms since 1970, 0 for no TTL
 */
export function* storingStream(
  { streams, streamGroups }: StreamTypes,
  key: Bytes,
  value: RdbValue & { readonly type: "stream" },
  expireAt: number,
): Slices {
  const stream = streams.create();
  stream.collection.expireAt = expireAt;
  for (const { id, fields } of value.entries()) {
    streams.append(stream, id, fields);
    if (!endsSlice(stream.length)) continue;
    streams.save(key, stream);
    yield;
  }
  const { lastId, maxDeletedId, entriesAdded } = value.head;
  stream.lastId = lastId;
  stream.maxDeletedId = maxDeletedId;
  stream.entriesAdded = entriesAdded;
  streams.save(key, stream);
  for (const group of value.groups()) yield* storingGroup(streamGroups, key, stream, group);
}

function* storingGroup(
  streamGroups: StreamGroups,
  key: Bytes,
  stream: StreamHeader,
  { name, lastId, entriesRead, consumers, pending }: RdbGroup,
): Slices {
  const group = streamGroups.create(key, stream, name, { lastId, entriesRead })!;
  for (const { name: consumer, seenAtMs } of consumers) group.addConsumer(consumer, seenAtMs);
  for (const [at, { id, consumer, deliveredAtMs, deliveries }] of pending.entries()) {
    group.assign(id, group.consumer(consumer)!, { deliveredAtMs, deliveries });
    if (!endsSlice(at + 1)) continue;
    group.save();
    yield;
  }
  group.save();
}
