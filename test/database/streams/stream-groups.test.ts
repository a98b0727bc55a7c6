import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { msOf, STREAM_ID_MIN, streamId } from "../../../src/bytes/stream-id.ts";
import type { DB } from "../../../src/database/db.ts";
import type { Claim } from "../../../src/database/streams/stream-groups.ts";
import { openLedis } from "../../support/open-ledis.ts";

const KEY = fromText("s");
const id = (ms: number) => streamId(BigInt(ms), 0n);
const all = { count: Number.POSITIVE_INFINITY, nowMs: 10 };

/** Entries 1 to `count`, and a group that has read none. */
function filled(db: DB, count: number) {
  for (let ms = 1; ms <= count; ms++) {
    const how = { create: true, trim: null, nowMs: 0 };
    db.streams.add(KEY, { form: "given", id: id(ms) }, [fromText("f"), fromText(`${ms}`)], how);
  }
  const stream = db.streams.findForWrite(KEY)!;
  const marks = { lastId: STREAM_ID_MIN, entriesRead: -1n };
  const group = db.streamGroups.create(KEY, stream, fromText("g"), marks)!;
  return { stream, group, consumer: group.addConsumer(fromText("c"), 0) };
}

const msOfAll = (entries: Iterable<{ id: Uint8Array }>) =>
  [...entries].map(({ id }) => Number(msOf(id)));

test("each entry is delivered once, and waits unless it is not kept", async () => {
  await using ledis = await openLedis();
  const { streamGroups } = ledis.db;
  const { stream, group, consumer } = filled(ledis.db, 5);
  const deliver = (keep: boolean, count: number) =>
    msOfAll(streamGroups.deliver(stream, group, consumer, { keep, count, nowMs: 10 }));
  expect([deliver(true, 2), deliver(false, 2), deliver(true, 9), deliver(true, 9)]).toEqual([
    [1, 2],
    [3, 4],
    [5],
    [],
  ]);
  expect(msOfAll(group.pending())).toEqual([1, 2, 5]);
  expect([group.row.entriesRead, streamGroups.lag(stream, group)]).toEqual([5n, 0n]);
});

test("the history is what waits for the consumer; what was removed has no words", async () => {
  await using ledis = await openLedis();
  const { streams, streamGroups } = ledis.db;
  const { group, consumer, stream } = filled(ledis.db, 4);
  streamGroups.deliver(stream, group, consumer, { ...all, keep: true });
  streams.remove(KEY, [id(3)]);
  const now = streams.findForWrite(KEY)!;
  const history = streamGroups.history(now, group, consumer, { ...all, after: id(1), nowMs: 20 });
  expect(history.map(({ words }) => words && mapKey(words[1]!.view()))).toEqual(["2", null, "4"]);
  expect(group.delivery(id(2))).toMatchObject({ deliveries: 2, deliveredAtMs: 20 });
  expect(group.delivery(id(3))).toMatchObject({ deliveries: 1, deliveredAtMs: 10 });
  const first = streamGroups.history(now, group, consumer, {
    ...all,
    after: STREAM_ID_MIN,
    count: 1,
  });
  expect(msOfAll(first)).toEqual([1]);
});

test("an entry is claimed when it has waited long enough", async () => {
  await using ledis = await openLedis();
  const { streams, streamGroups } = ledis.db;
  const { group, consumer, stream } = filled(ledis.db, 4);
  streamGroups.deliver(stream, group, consumer, { ...all, count: 3, keep: true });
  const other = group.addConsumer(fromText("other"), 0);
  const claim = (ms: number, how: Partial<Claim> = {}) =>
    streamGroups.claim(streams.findForWrite(KEY)!, group, id(ms), () => other, {
      ...{ minIdleMs: 0, nowMs: 50, deliveredAtMs: 50, deliveries: null, justIds: false },
      ...{ force: false, ...how },
    });
  expect([claim(1, { minIdleMs: 41 }), claim(1, { minIdleMs: 40 })]).toEqual(["left", "claimed"]);
  expect(group.delivery(id(1))).toMatchObject({ name: fromText("other"), deliveries: 2 });
  expect([claim(2, { justIds: true }), group.delivery(id(2))?.deliveries]).toEqual(["claimed", 1]);
  expect([claim(2, { deliveries: 7 }), group.delivery(id(2))?.deliveries]).toEqual(["claimed", 7]);
  expect([claim(4), claim(4, { force: true }), claim(9, { force: true })]).toEqual([
    "left",
    "claimed",
    "left",
  ]);
  streams.remove(KEY, [id(3)]);
  expect([claim(3), group.delivery(id(3)), claim(3)]).toEqual(["deleted", null, "left"]);
  expect([consumer.row.pending, other.row.pending, group.row.pending]).toEqual([0, 3, 3]);
});

test("the lag is told unless a removed entry makes it a guess", async () => {
  await using ledis = await openLedis();
  const { streams, streamGroups } = ledis.db;
  const { group, stream } = filled(ledis.db, 5);
  expect(streamGroups.lag(stream, group)).toBe(5n);
  const upTo = (ms: number) => streamGroups.entriesUpTo(streams.findForWrite(KEY)!, id(ms));
  expect([upTo(0), upTo(1), upTo(3), upTo(5), upTo(9)]).toEqual([0n, 1n, -1n, 5n, -1n]);
  streams.remove(KEY, [id(2)]);
  expect(streamGroups.lag(streams.findForWrite(KEY)!, group)).toBeNull();
  streams.trim(KEY, { maxLength: 2, minId: STREAM_ID_MIN, block: 1, limit: 0 });
  expect([upTo(0), upTo(4), upTo(5)]).toEqual([3n, 4n, 5n]);
  streams.trim(KEY, { maxLength: 0, minId: STREAM_ID_MIN, block: 1, limit: 0 });
  expect([upTo(0), upTo(5), upTo(9)]).toEqual([5n, 5n, -1n]);
});

test("a name is taken once; groups come in the order of their names", async () => {
  await using ledis = await openLedis();
  const { streamGroups } = ledis.db;
  const { stream } = filled(ledis.db, 1);
  const marks = { lastId: id(1), entriesRead: 3n };
  expect(streamGroups.create(KEY, stream, fromText("g"), marks)).toBeNull();
  streamGroups.create(KEY, stream, fromText("a"), marks);
  await ledis.reopen();
  const found = [...ledis.db.streamGroups.all(ledis.db.streams.find(KEY)!)];
  expect(found.map(({ name, row }) => [mapKey(name), row.number, row.entriesRead])).toEqual([
    ["a", 1, 3n],
    ["g", 0, -1n],
  ]);
});
