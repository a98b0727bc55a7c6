import { describe, expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { streamId, streamIdText } from "../../../src/bytes/stream-id.ts";
import { DatasetDigest } from "../../../src/database/dataset-digest.ts";
import type { Ledis } from "../../../src/database/ledis.ts";
import { storingStream, streamParts } from "../../../src/database/streams/stream-values.ts";
import { TYPE_STREAM } from "../../../src/keyspace/rows/key-row.ts";
import { atOnce } from "../../../src/rdb/in-slices.ts";
import { redisStreams, streamContentOf } from "../../rdb/redis-streams.ts";
import { openLedis } from "../../support/open-ledis.ts";

const KEY = fromText("s");
const COPY = fromText("copy");

function digestOf(ledis: Ledis): string {
  const digest = new DatasetDigest(ledis);
  for (;;) {
    const answer = digest.slice();
    if (answer !== null) return answer;
  }
}

describe("a stream of Redis's is stored as it is, and dumped again", () => {
  test.each(redisStreams.map((stream) => [stream.name, stream] as const))(
    "%s",
    async (_, { payload, value, firstId }) => {
      await using ledis = await openLedis();
      const { dumps } = ledis.db;
      dumps.storeChecked(KEY, dumps.read(payload), 0);
      await ledis.reopen();
      const again = ledis.db.dumps.read(ledis.db.dumps.dump(KEY)!);
      const content = streamContentOf(again);
      const byName = (groups: typeof content.groups) =>
        groups.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      expect({ ...content, groups: byName(content.groups) }).toEqual({
        ...value,
        groups: byName(value.groups),
      });
      const stream = ledis.db.streams.find(KEY)!;
      const parts = streamParts(ledis.db, stream);
      const first = stream.length === 0 ? "0-0" : firstId;
      expect(Buffer.from(streamIdText(parts.firstId)).toString()).toBe(first);
    },
  );
});

test("it replaces what was there, with a TTL; what it held and was to know counts in the digest", async () => {
  await using ledis = await openLedis();
  const { db } = ledis;
  db.strings.set(COPY, fromText("text"));
  const payload = redisStreams.find(({ value }) => value.groups.length > 0)!.payload;
  const value = db.dumps.read(payload);
  if (value.type !== "stream") throw new Error("no stream");
  atOnce(storingStream(db, COPY, value, 4_102_444_800_000));
  expect([db.keys.type(COPY), db.table.find(COPY)?.expireAt]).toEqual([
    TYPE_STREAM,
    4_102_444_800_000,
  ]);
  await ledis.commit();
  const before = digestOf(ledis.ledis);
  db.streams.setMarks(COPY, {
    lastId: streamId(2n ** 60n, 0n),
    entriesAdded: null,
    maxDeletedId: streamId(0n, 0n),
  });
  await ledis.commit();
  expect(digestOf(ledis.ledis)).not.toBe(before);
});
