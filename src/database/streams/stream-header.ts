/** What a stream's key row says: besides its length where it ends, and what was ever added and removed. */
import { readU32, writeU32 } from "../../binlog/event.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { copyStreamId, readUint64, STREAM_ID_BYTES, writeUint64 } from "../../bytes/stream-id.ts";
import type { CollectionHeader } from "../collections/collections.ts";

const LAST_ID_AT = 0;
const MAX_DELETED_ID_AT = STREAM_ID_BYTES;
const ENTRIES_ADDED_AT = 2 * STREAM_ID_BYTES;
const FIRST_ID_AT = ENTRIES_ADDED_AT + 8;
const NEXT_GROUP_AT = FIRST_ID_AT + STREAM_ID_BYTES;
const GROUPS_AT = NEXT_GROUP_AT + 4;

/** Bytes of what says which entries the stream has had, at the start of that. */
export const STREAM_MARKS_BYTES = FIRST_ID_AT;
/** `last id · greatest deleted id · entries added u64 · first id · next group's number u32 · groups u32`, big-endian. */
export const STREAM_EXTRA_BYTES = GROUPS_AT + 4;

/** A stream as its key row describes it. Changes are for the row that is written next. */
export class StreamHeader {
  readonly collection: CollectionHeader;

  constructor(collection: CollectionHeader) {
    this.collection = collection;
  }

  get id(): number {
    return this.collection.id;
  }

  /** Entries. */
  get length(): number {
    return this.collection.size;
  }

  set length(length: number) {
    this.collection.size = length;
  }

  /** The greatest id that an entry ever had, or that XSETID has set. */
  get lastId(): Bytes {
    return copyStreamId(this.collection.extra, LAST_ID_AT);
  }

  set lastId(id: Bytes) {
    this.collection.extra.set(id, LAST_ID_AT);
  }

  /** The greatest id that was removed by name; 0-0: none was. */
  get maxDeletedId(): Bytes {
    return copyStreamId(this.collection.extra, MAX_DELETED_ID_AT);
  }

  set maxDeletedId(id: Bytes) {
    this.collection.extra.set(id, MAX_DELETED_ID_AT);
  }

  /**
   * No entry is before it: so that nobody who looks for the first one has to pass what was trimmed. It is below the
   * first entry where that was removed by name.
   */
  get firstId(): Bytes {
    return copyStreamId(this.collection.extra, FIRST_ID_AT);
  }

  set firstId(id: Bytes) {
    this.collection.extra.set(id, FIRST_ID_AT);
  }

  /** How many entries were ever added. */
  get entriesAdded(): bigint {
    return readUint64(this.collection.extra, ENTRIES_ADDED_AT);
  }

  set entriesAdded(count: bigint) {
    writeUint64(this.collection.extra, ENTRIES_ADDED_AT, BigInt.asUintN(64, count));
  }

  get groups(): number {
    return readU32(this.collection.extra, GROUPS_AT);
  }

  set groups(count: number) {
    writeU32(this.collection.extra, GROUPS_AT, count);
  }

  /** A number for a group that no other one of this stream has had. */
  newGroup(): number {
    const number = readU32(this.collection.extra, NEXT_GROUP_AT);
    writeU32(this.collection.extra, NEXT_GROUP_AT, number + 1);
    return number;
  }

  /** Has `newGroup` answer no number below this one. */
  reserveGroups(next: number): void {
    const { extra } = this.collection;
    writeU32(extra, NEXT_GROUP_AT, Math.max(next, readU32(extra, NEXT_GROUP_AT)));
  }
}
