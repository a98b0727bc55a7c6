/** Passes streams, which are not read here. */
import type { RdbReader } from "./rdb-reader.ts";

/** A stream's id in a list of pending entries. */
const ID_BYTES = 16;
const TIME_BYTES = 8;

/** Lengths behind the entries: size and last id; since version 2 first and greatest deleted id, entries added. */
const NUMBERS = { 1: 3, 2: 8, 3: 8 } as const;
/** Lengths behind a group's name: last id; since version 2 entries read. */
const GROUP_NUMBERS = { 1: 2, 2: 3, 3: 3 } as const;
/** Times behind a consumer's name: seen; since version 3 active. */
const CONSUMER_TIMES = { 1: 1, 2: 1, 3: 2 } as const;

/** @param version 1 since Redis 5.0, 2 since 7.0, 3 since 7.2 */
export function skipStream(reader: RdbReader, version: 1 | 2 | 3): void {
  for (let left = reader.length(); left > 0; left--) {
    reader.skipString();
    reader.skipString();
  }
  skipLengths(reader, NUMBERS[version]);
  for (let left = reader.length(); left > 0; left--) {
    reader.skipString();
    skipLengths(reader, GROUP_NUMBERS[version]);
    skipPending(reader);
    for (let consumers = reader.length(); consumers > 0; consumers--) {
      reader.skipString();
      reader.skip(TIME_BYTES * CONSUMER_TIMES[version]);
      skipOwned(reader);
    }
  }
}

/** What a group waits for: id, time and count of deliveries. */
function skipPending(reader: RdbReader): void {
  for (let left = reader.length(); left > 0; left--) {
    reader.skip(ID_BYTES + TIME_BYTES);
    reader.skipLength();
  }
}

/** What a consumer of it has: ids. */
function skipOwned(reader: RdbReader): void {
  for (let left = reader.length(); left > 0; left--) reader.skip(ID_BYTES);
}

function skipLengths(reader: RdbReader, count: number): void {
  for (let i = 0; i < count; i++) reader.skipLength();
}
