/**
 * Where a member stands in a sorted set, as bytes that sort so: `sortable score · member`. They are the rests of
 * the score rows (KIND_ZSCORE), and every range over a sorted set is a range of them.
 */
import { type Bytes, concatBytes } from "../../bytes/bytes.ts";
import {
  readSortableDouble,
  SORTABLE_DOUBLE_BYTES,
  writeSortableDouble,
} from "../../bytes/sortable-double.ts";
import { Stretch } from "../../bytes/stretch.ts";

const ZERO = new Uint8Array(1);

/** The entry of a member with this score; -0 counts as 0. */
export function entryOf(score: number, member: Bytes): Bytes {
  const entry = new Uint8Array(SORTABLE_DOUBLE_BYTES + member.length);
  entry.set(member, writeSortableDouble(entry, 0, score));
  return entry;
}

/** A score's bytes: what the entries of all members with it begin with. */
export function scoreBytes(score: number): Bytes {
  const bytes = new Uint8Array(SORTABLE_DOUBLE_BYTES);
  writeSortableDouble(bytes, 0, score);
  return bytes;
}

export function scoreOf(entry: Bytes): number {
  return readSortableDouble(entry, 0);
}

/** The member, as a view. */
export function memberOf(entry: Bytes): Bytes {
  return entry.subarray(SORTABLE_DOUBLE_BYTES);
}

/** The member of an entry, without a view. */
export function memberStretch({ buffer, start, end }: Stretch): Stretch {
  return new Stretch(buffer, start + SORTABLE_DOUBLE_BYTES, end);
}

/** The score of an entry, without a view. */
export function scoreOfStretch({ buffer, start }: Stretch): number {
  return readSortableDouble(buffer, start);
}

/** The least byte string behind another one. */
export function behind(entry: Bytes): Bytes {
  return concatBytes(entry, ZERO);
}
