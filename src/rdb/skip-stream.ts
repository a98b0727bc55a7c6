/** Passes streams without looking into their entries: of a file, less than the whole stream may have come. */
import { STREAM_ID_BYTES } from "../bytes/stream-id.ts";
import type { RdbReader } from "./rdb-reader.ts";

/** 1 since Redis 5.0, 2 since 7.0, 3 since 7.2. */
export type StreamVersion = 1 | 2 | 3;

const TIME_BYTES = 8;

/** Lengths behind the entries: size and last id; since version 2 first and greatest deleted id, entries added. */
const NUMBERS = { 1: 3, 2: 8, 3: 8 } as const;
/** Lengths behind a group's name: last id; since version 2 entries read. */
const GROUP_NUMBERS = { 1: 2, 2: 3, 3: 3 } as const;
/** Times behind a consumer's name: seen; since version 3 active. */
const CONSUMER_TIMES = { 1: 1, 2: 1, 3: 2 } as const;

/** Passes a stream. @throws {RdbError} damaged; RdbEndError when it is not all there */
export function skipStream(reader: RdbReader, version: StreamVersion): void {
  skipNodes(reader);
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

/** Passes the entries. */
export function skipNodes(reader: RdbReader): void {
  for (let left = reader.length(); left > 0; left--) {
    reader.skipString();
    reader.skipString();
  }
}

/** What a group waits for: id, time and count of deliveries. */
function skipPending(reader: RdbReader): void {
  for (let left = reader.length(); left > 0; left--) {
    reader.skip(STREAM_ID_BYTES + TIME_BYTES);
    reader.skipLength();
  }
}

/** What a consumer of it has: ids. */
function skipOwned(reader: RdbReader): void {
  for (let left = reader.length(); left > 0; left--) reader.skip(STREAM_ID_BYTES);
}

function skipLengths(reader: RdbReader, count: number): void {
  for (let i = 0; i < count; i++) reader.skipLength();
}
