/** The rows of streams as they stand in SQLite: entries, groups, consumers and what waits, compared and mended. */
import { readU32 } from "../../binlog/event.ts";
import { type Bytes, compareBytes, EMPTY } from "../../bytes/bytes.ts";
import { STREAM_ID_MIN } from "../../bytes/stream-id.ts";
import { TYPE_STREAM } from "../../keyspace/rows/key-row.ts";
import {
  KIND_CONSUMER,
  KIND_GROUP,
  KIND_OWNED,
  KIND_PENDING,
  KIND_STREAM,
} from "../../keyspace/rows/row-key.ts";
import { elementsOf, type StoredRows } from "../../keyspace/sqlite/stored-rows.ts";
import { STREAM_EXTRA_BYTES, StreamHeader } from "./stream-header.ts";
import {
  CONSUMER_BYTES,
  type Consumer,
  DELIVERY_BYTES_MIN,
  decodeConsumer,
  decodeDelivery,
  decodeGroup,
  encodeConsumer,
  encodeGroup,
  entryOf,
  GROUP_BYTES,
  type Group,
  ownedRest,
} from "./stream-rows.ts";

/** A consumer's row, and how many entries wait for it. */
interface StoredConsumer {
  readonly rest: Bytes;
  readonly row: Consumer;
  pending: number;
}

/** A group's row, and what there is of it. */
interface StoredGroup {
  readonly name: Bytes;
  readonly row: Group;
  readonly consumers: Map<number, StoredConsumer>;
  pending: number;
}

/** The stream that a key row's numbers and extra bytes describe. */
function headerOf(id: number, size: number, extra: Bytes): StreamHeader {
  const whole = new Uint8Array(STREAM_EXTRA_BYTES);
  whole.set(extra.subarray(0, STREAM_EXTRA_BYTES));
  return new StreamHeader({
    type: TYPE_STREAM,
    id,
    size,
    expireAt: 0,
    extra: whole,
    isStored: true,
  });
}

/** All groups by number, with their consumers; those of no group, and what is cut short, are left out. */
function groupsOf(rows: StoredRows, id: number): Map<number, StoredGroup> {
  const groups = new Map<number, StoredGroup>();
  for (const { rest, value } of elementsOf(rows, KIND_GROUP, id)) {
    if (value.length !== GROUP_BYTES) continue;
    const row = decodeGroup(value);
    groups.set(row.number, { name: rest, row, consumers: new Map(), pending: 0 });
  }
  for (const { rest, value } of elementsOf(rows, KIND_CONSUMER, id)) {
    if (value.length !== CONSUMER_BYTES) continue;
    const row = decodeConsumer(value);
    groups.get(readU32(rest, 0))?.consumers.set(row.number, { rest, row, pending: 0 });
  }
  return groups;
}

/** Who waits for a pending entry; null: nobody that is known. Counts it. */
function ownerOf(groups: Map<number, StoredGroup>, rest: Bytes, value: Bytes): Bytes | null {
  if (value.length < DELIVERY_BYTES_MIN) return null;
  const group = groups.get(readU32(rest, 0));
  const consumer = group?.consumers.get(decodeDelivery(value).consumer);
  if (group === undefined || consumer === undefined) return null;
  group.pending++;
  consumer.pending++;
  return ownedRest(group.row.number, consumer.row.number, entryOf(rest));
}

/** What is wrong; null: nothing. @param size entries and `extra` the bytes behind it, as the key row has them */
export function checkStream(
  rows: StoredRows,
  id: number,
  size: number,
  extra: Bytes,
): string | null {
  const stream = headerOf(id, size, extra);
  const entries = rows.count(KIND_STREAM, id);
  if ((entries?.count ?? 0) !== size) {
    return `it says ${size} elements, ${entries?.count ?? 0} are there`;
  }
  if (entries !== null && compareBytes(entries.last, stream.lastId) > 0) {
    return "an entry is behind its last id";
  }
  if (entries !== null && compareBytes(entries.first, stream.firstId) < 0) {
    return "an entry is before its first id";
  }
  const groups = groupsOf(rows, id);
  if (groups.size !== stream.groups) return "it has another number of groups than it says";
  return checkGroups(rows, id, groups);
}

function checkGroups(
  rows: StoredRows,
  id: number,
  groups: Map<number, StoredGroup>,
): string | null {
  let pending = 0;
  for (const { rest, value } of elementsOf(rows, KIND_PENDING, id)) {
    const owned = ownerOf(groups, rest, value);
    if (owned === null) return "a pending entry belongs to nobody";
    if (rows.get(KIND_OWNED, id, owned) === null) return "a consumer lacks a pending entry";
    pending++;
  }
  if ((rows.count(KIND_OWNED, id)?.count ?? 0) !== pending) {
    return "a consumer has an entry that does not wait";
  }
  for (const group of groups.values()) {
    const isRight =
      group.row.pending === group.pending &&
      group.row.consumers === group.consumers.size &&
      [...group.consumers.values()].every(({ row, pending }) => row.pending === pending);
    if (!isRight) return "a group's counts are not those of its rows";
  }
  return null;
}

/**
 * Makes the rows agree: entries are kept, and what waits for consumers that are there.
 *
 * @param extra as the old key row has it, however much of it
 * @returns how many entries there are, and the new extra bytes
 */
export function mendStream(
  rows: StoredRows,
  id: number,
  extra: Bytes,
): { readonly size: number; readonly extra: Bytes } {
  const entries = rows.count(KIND_STREAM, id);
  const size = entries?.count ?? 0;
  const stream = headerOf(id, size, extra);
  const last = entries?.last ?? STREAM_ID_MIN;
  if (compareBytes(last, stream.lastId) > 0) stream.lastId = last;
  stream.firstId = entries?.first ?? STREAM_ID_MIN;
  if (stream.entriesAdded < BigInt(size)) stream.entriesAdded = BigInt(size);
  const groups = groupsOf(rows, id);
  mendPending(rows, id, groups);
  for (const { rest, value } of elementsOf(rows, KIND_GROUP, id)) {
    if (value.length !== GROUP_BYTES) rows.delete(KIND_GROUP, id, rest);
  }
  for (const { rest, value } of elementsOf(rows, KIND_CONSUMER, id)) {
    const isKnown = groups.has(readU32(rest, 0)) && value.length === CONSUMER_BYTES;
    if (!isKnown) rows.delete(KIND_CONSUMER, id, rest);
  }
  for (const group of groups.values()) writeGroup(rows, id, group);
  stream.groups = groups.size;
  stream.reserveGroups(Math.max(-1, ...groups.keys()) + 1);
  return { size, extra: stream.collection.extra };
}

function mendPending(rows: StoredRows, id: number, groups: Map<number, StoredGroup>): void {
  for (const { rest } of elementsOf(rows, KIND_OWNED, id)) rows.delete(KIND_OWNED, id, rest);
  for (const { rest, value } of elementsOf(rows, KIND_PENDING, id)) {
    const owned = ownerOf(groups, rest, value);
    if (owned === null) rows.delete(KIND_PENDING, id, rest);
    else rows.put(KIND_OWNED, id, owned, EMPTY);
  }
}

function writeGroup(rows: StoredRows, id: number, group: StoredGroup): void {
  const { name, row, consumers, pending } = group;
  row.pending = pending;
  row.consumers = consumers.size;
  row.nextConsumer = Math.max(row.nextConsumer, ...[...consumers.keys()].map((n) => n + 1));
  rows.put(KIND_GROUP, id, name, encodeGroup(row));
  for (const consumer of consumers.values()) {
    consumer.row.pending = consumer.pending;
    rows.put(KIND_CONSUMER, id, consumer.rest, encodeConsumer(consumer.row));
  }
}
