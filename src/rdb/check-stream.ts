/** Finds what can be wrong with a stream whose parts are all right by themselves. */
import { compareBytes } from "../bytes/bytes.ts";
import { INT64_MAX } from "../bytes/integer.ts";
import { STREAM_ID_MIN } from "../bytes/stream-id.ts";
import { countDifferent } from "./duplicates.ts";
import { endsSlice, type Slices } from "./in-slices.ts";
import { RdbError } from "./rdb-error.ts";
import type { RdbGroup } from "./rdb-stream.ts";
import type { RdbValue } from "./rdb-value.ts";

type RdbStream = RdbValue & { type: "stream" };

/**
 * Goes through the whole stream, which may be empty. Entries have fields and are in order, as many as it says and
 * none behind its last id; groups and their consumers are different ones; counts are in their ranges.
 *
 * @throws {RdbError} otherwise
 */
export function* checkingStream(stream: RdbStream): Slices {
  if (stream.head.entriesAdded > INT64_MAX) throw new RdbError("a stream's count is too large");
  yield* checkEntries(stream);
  if (countDifferent(() => groupNames(stream)) === null) {
    throw new RdbError("the same group twice");
  }
}

function* checkEntries(stream: RdbStream): Slices {
  const { length, lastId } = stream.head;
  let before = STREAM_ID_MIN;
  let count = 0;
  for (const { id, fields } of stream.entries()) {
    if (compareBytes(before, id) >= 0) throw new RdbError("a stream's entries are out of order");
    if (fields.length === 0) throw new RdbError("a stream's entry without fields");
    before = id;
    if (endsSlice(++count)) yield;
  }
  if (count !== length) throw new RdbError("a stream of another length than it says");
  if (compareBytes(before, lastId) > 0) throw new RdbError("an entry behind the last id");
}

function* groupNames(stream: RdbStream): Generator<Uint8Array> {
  for (const group of stream.groups()) {
    checkGroup(group);
    yield group.name;
  }
}

function checkGroup({ entriesRead, consumers }: RdbGroup): void {
  if (entriesRead < -1n) throw new RdbError("a group's count is negative");
  const names = consumers.map(({ name }) => name);
  if (countDifferent(() => names) === null) throw new RdbError("the same consumer twice");
}
