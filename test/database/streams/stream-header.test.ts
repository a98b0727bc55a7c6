import { expect, test } from "bun:test";
import { STREAM_ID_MIN, streamId } from "../../../src/bytes/stream-id.ts";
import { STREAM_EXTRA_BYTES, StreamHeader } from "../../../src/database/streams/stream-header.ts";
import { TYPE_STREAM } from "../../../src/keyspace/rows/key-row.ts";

function empty(): StreamHeader {
  const extra = new Uint8Array(STREAM_EXTRA_BYTES);
  return new StreamHeader({
    type: TYPE_STREAM,
    id: 7,
    size: 0,
    expireAt: 0,
    extra,
    isStored: false,
  });
}

test("what is set is told, and stands in the extra bytes", () => {
  const stream = empty();
  expect([stream.lastId, stream.maxDeletedId]).toEqual([STREAM_ID_MIN, STREAM_ID_MIN]);
  stream.lastId = streamId(1n, 2n);
  stream.maxDeletedId = streamId(3n, 4n);
  stream.firstId = streamId(9n, 10n);
  stream.entriesAdded = 5n;
  stream.groups = 6;
  stream.length = 8;
  const again = new StreamHeader({ ...stream.collection, extra: stream.collection.extra.slice() });
  expect([again.id, again.length, again.groups, again.entriesAdded]).toEqual([7, 8, 6, 5n]);
  expect([again.lastId, again.maxDeletedId]).toEqual([streamId(1n, 2n), streamId(3n, 4n)]);
  expect(again.firstId).toEqual(streamId(9n, 10n));
  expect(Buffer.from(again.collection.extra).toString("hex")).toBe(
    "00000000000000010000000000000002" +
      "00000000000000030000000000000004" +
      "0000000000000005" +
      "0000000000000009000000000000000a" +
      "00000000" +
      "00000006",
  );
});

test("ids are copies", () => {
  const stream = empty();
  const id = stream.lastId;
  stream.lastId = streamId(1n, 2n);
  expect(id).toEqual(STREAM_ID_MIN);
});

test("each group gets a number of its own", () => {
  const stream = empty();
  expect([stream.newGroup(), stream.newGroup()]).toEqual([0, 1]);
  stream.reserveGroups(5);
  stream.reserveGroups(3);
  expect(stream.newGroup()).toBe(5);
});
