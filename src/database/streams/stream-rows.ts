/**
 * What streams look like in rows. On disk and in the log: never change; docs/disk-format.md shows the same.
 *
 * | row | behind the id | value |
 * | --- | --- | --- |
 * | KIND_STREAM | entry id | the fields and values, each `length · bytes` |
 * | KIND_GROUP | name | `number u32 · next consumer's number u32 · consumers u32 · last id · entries read i64 · pending u48` |
 * | KIND_CONSUMER | `group u32 · name` | `number u32 · seen at u48 · pending u48` |
 * | KIND_PENDING | `group u32 · entry id` | `consumer u32 · delivered at u48 · deliveries u48 · consumer's name` |
 * | KIND_OWNED | `group u32 · consumer u32 · entry id` | |
 *
 * A length is a byte, or 255 and a u32be. Times are ms since 1970, entry ids 16 bytes (see stream-id.ts), numbers
 * big-endian. Groups have numbers of their stream's, consumers those of their group's: those only grow.
 */
import { readU32, writeU32 } from "../../binlog/event.ts";
import { type Bytes, concatBytes, copyBytes } from "../../bytes/bytes.ts";
import { copyStreamId, readUint64, STREAM_ID_BYTES, writeUint64 } from "../../bytes/stream-id.ts";
import { Stretch } from "../../bytes/stretch.ts";
import { readU48, writeU48 } from "../../keyspace/rows/row-key.ts";

const U32_BYTES = 4;
const U48_BYTES = 6;
const U48_MAX = 2 ** 48 - 1;
/** Marks a length that takes four more bytes. */
const LONG = 255;

/** The value of an entry's row. @param words field, value, field, value ... */
export function encodeEntry(words: readonly Bytes[]): Bytes {
  let size = 0;
  for (const { length } of words) size += length + (length < LONG ? 1 : 1 + U32_BYTES);
  const value = new Uint8Array(size);
  let at = 0;
  for (const word of words) {
    if (word.length < LONG) {
      value[at++] = word.length;
    } else {
      value[at] = LONG;
      writeU32(value, at + 1, word.length);
      at += 1 + U32_BYTES;
    }
    value.set(word, at);
    at += word.length;
  }
  return value;
}

/** The fields and values of an entry, where they stand. */
export function decodeEntry(value: Bytes): Stretch[] {
  const words: Stretch[] = [];
  let at = 0;
  while (at < value.length) {
    const short = value[at]!;
    const length = short < LONG ? short : readU32(value, at + 1);
    at += short < LONG ? 1 : 1 + U32_BYTES;
    words.push(new Stretch(value, at, at + length));
    at += length;
  }
  return words;
}

/** A consumer group; change it and write it back. */
export interface Group {
  readonly number: number;
  nextConsumer: number;
  consumers: number;
  lastId: Bytes;
  /** How many entries up to `lastId` were ever added; -1n: not known. */
  entriesRead: bigint;
  /** Entries that were delivered and not acknowledged. */
  pending: number;
}

const LAST_ID_AT = 3 * U32_BYTES;
const ENTRIES_READ_AT = LAST_ID_AT + STREAM_ID_BYTES;
const GROUP_PENDING_AT = ENTRIES_READ_AT + 8;
/** Bytes of its row's value. */
export const GROUP_BYTES = GROUP_PENDING_AT + U48_BYTES;

export function encodeGroup(group: Group): Bytes {
  const value = new Uint8Array(GROUP_BYTES);
  writeU32(value, 0, group.number);
  writeU32(value, U32_BYTES, group.nextConsumer);
  writeU32(value, 2 * U32_BYTES, group.consumers);
  value.set(group.lastId, LAST_ID_AT);
  writeUint64(value, ENTRIES_READ_AT, BigInt.asUintN(64, group.entriesRead));
  writeU48(value, GROUP_PENDING_AT, group.pending);
  return value;
}

export function decodeGroup(value: Bytes): Group {
  return {
    number: readU32(value, 0),
    nextConsumer: readU32(value, U32_BYTES),
    consumers: readU32(value, 2 * U32_BYTES),
    lastId: copyStreamId(value, LAST_ID_AT),
    entriesRead: BigInt.asIntN(64, readUint64(value, ENTRIES_READ_AT)),
    pending: readU48(value, GROUP_PENDING_AT),
  };
}

/** A consumer of a group; change it and write it back. */
export interface Consumer {
  readonly number: number;
  /** When it was last heard of, ms since 1970. */
  seenAtMs: number;
  /** Entries that were delivered to it and not acknowledged. */
  pending: number;
}

/** Bytes of its row's value. */
export const CONSUMER_BYTES = U32_BYTES + 2 * U48_BYTES;

export function encodeConsumer({ number, seenAtMs, pending }: Consumer): Bytes {
  const value = new Uint8Array(CONSUMER_BYTES);
  writeU32(value, 0, number);
  writeU48(value, U32_BYTES, Math.min(seenAtMs, U48_MAX));
  writeU48(value, U32_BYTES + U48_BYTES, pending);
  return value;
}

export function decodeConsumer(value: Bytes): Consumer {
  return {
    number: readU32(value, 0),
    seenAtMs: readU48(value, U32_BYTES),
    pending: readU48(value, U32_BYTES + U48_BYTES),
  };
}

/** Where a group's consumers are: `group · name` is behind the collection's id. */
export function consumerRest(group: number, name: Bytes): Bytes {
  return concatBytes(u32(group), name);
}

/** The name in such a place. */
export function consumerName(rest: Bytes): Bytes {
  return rest.subarray(U32_BYTES);
}

/** An entry that was delivered and not acknowledged. */
export interface Delivery {
  /** Number and name of the consumer that has it. */
  readonly consumer: number;
  readonly name: Bytes;
  readonly deliveredAtMs: number;
  readonly deliveries: number;
}

const NAME_AT = U32_BYTES + 2 * U48_BYTES;
/** Bytes of its row's value, without the name. */
export const DELIVERY_BYTES_MIN = NAME_AT;

export function encodeDelivery({ consumer, name, deliveredAtMs, deliveries }: Delivery): Bytes {
  const value = new Uint8Array(NAME_AT + name.length);
  writeU32(value, 0, consumer);
  writeU48(value, U32_BYTES, Math.min(deliveredAtMs, U48_MAX));
  writeU48(value, U32_BYTES + U48_BYTES, Math.min(deliveries, U48_MAX));
  value.set(name, NAME_AT);
  return value;
}

export function decodeDelivery(value: Bytes): Delivery {
  return {
    consumer: readU32(value, 0),
    name: copyBytes(value.subarray(NAME_AT)),
    deliveredAtMs: readU48(value, U32_BYTES),
    deliveries: readU48(value, U32_BYTES + U48_BYTES),
  };
}

export function pendingRest(group: number, entry: Bytes): Bytes {
  return concatBytes(u32(group), entry);
}

export function ownedRest(group: number, consumer: number, entry: Bytes): Bytes {
  return concatBytes(u32(group), u32(consumer), entry);
}

/** The entry's id at the end of such places. */
export function entryOf(rest: Bytes): Bytes {
  return copyStreamId(rest, rest.length - STREAM_ID_BYTES);
}

/** What is behind the collection's id of all rows of a group, or of all that a consumer has. */
export function groupPrefix(group: number, consumer?: number): Bytes {
  return consumer === undefined ? u32(group) : concatBytes(u32(group), u32(consumer));
}

function u32(value: number): Bytes {
  const bytes = new Uint8Array(U32_BYTES);
  writeU32(bytes, 0, value);
  return bytes;
}
