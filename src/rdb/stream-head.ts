/** What stands behind a stream's entries: its numbers. */

import type { Bytes } from "../bytes/bytes.ts";
import { STREAM_ID_MIN, streamId } from "../bytes/stream-id.ts";
import type { RdbReader } from "./rdb-reader.ts";
import type { RdbStreamHead } from "./rdb-stream.ts";
import { type StreamVersion, skipNodes } from "./skip-stream.ts";

/**
 * The numbers of the stream; the reader is behind them then, at the count of its groups. Version 1 does not tell all
 * of them: as with Redis, nothing was ever deleted then.
 *
 * @param reader at the start of the stream
 * @throws {RdbError} damaged
 */
export function streamHead(reader: RdbReader, version: StreamVersion): RdbStreamHead {
  skipNodes(reader);
  const length = reader.length();
  const lastId = readId(reader);
  if (version === 1) {
    return { length, lastId, maxDeletedId: STREAM_ID_MIN, entriesAdded: BigInt(length) };
  }
  // The first id: the entries tell it.
  readId(reader);
  return { length, lastId, maxDeletedId: readId(reader), entriesAdded: reader.bigLength() };
}

/** An id of which both parts are written as lengths. */
export function readId(reader: RdbReader): Bytes {
  const ms = reader.bigLength();
  return streamId(ms, reader.bigLength());
}
