import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { msOf, STREAM_ID_MAX, STREAM_ID_MIN, streamId } from "../../../src/bytes/stream-id.ts";
import type { DB } from "../../../src/database/db.ts";
import type { ConsumerGroup } from "../../../src/database/streams/consumer-group.ts";
import { openLedis } from "../../support/open-ledis.ts";

const KEY = fromText("s");
const NAME = fromText("g");
const id = (ms: number) => streamId(BigInt(ms), 0n);
const ALL = { from: STREAM_ID_MIN, to: STREAM_ID_MAX };

function made(db: DB): ConsumerGroup {
  const marks = { lastId: STREAM_ID_MIN, entriesRead: -1n };
  return db.streamGroups.create(KEY, db.streams.create(), NAME, marks)!;
}

/** The group as its rows have it. */
function stored({ streams, streamGroups }: DB): ConsumerGroup {
  return streamGroups.find(streams.findForWrite(KEY)!, NAME)!;
}

/** Who has which entries (their ms), and the numbers that say how many. */
function content(group: ConsumerGroup) {
  const pending = [...group.pending()].map(({ id, delivery }) => [
    Number(msOf(id)),
    mapKey(delivery.name),
    delivery.deliveries,
  ]);
  const consumers = [...group.consumers()].map((consumer) => [
    mapKey(consumer.name),
    consumer.row.pending,
    [...group.pending({ ...ALL, consumer })].map(({ id }) => Number(msOf(id))),
  ]);
  return { pending, consumers, counts: [group.row.pending, group.row.consumers] };
}

describe("a group and a map do the same", () => {
  const name = fc.constantFrom("a", "b", "c");
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ op: fc.constant("assign" as const), ms: fc.nat(20), name }),
    },
    fc.record({ op: fc.constant("release" as const), ms: fc.nat(20) }),
    fc.record({ op: fc.constant("drop" as const), name }),
    fc.record({ op: fc.constantFrom("flush" as const, "reopen" as const) }),
  );

  test("whatever is assigned, released and dropped", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
        await using ledis = await openLedis();
        made(ledis.db);
        const owners = new Map<number, { name: string; deliveries: number }>();
        const names = new Set<string>();
        for (const [at, action] of steps.entries()) {
          const group = stored(ledis.db);
          if (action.op === "assign") {
            const consumer = group.hearOf(fromText(action.name), at);
            group.assign(id(action.ms), consumer, { deliveredAtMs: at, deliveries: at });
            owners.set(action.ms, { name: action.name, deliveries: at });
            names.add(action.name);
            group.save();
          } else if (action.op === "release") {
            expect(group.release(id(action.ms))).toBe(owners.delete(action.ms));
            group.save();
          } else if (action.op === "drop") {
            const consumer = group.consumer(fromText(action.name));
            expect(consumer !== null).toBe(names.delete(action.name));
            if (consumer !== null) group.removeConsumer(consumer);
            for (const [ms, { name }] of owners) if (name === action.name) owners.delete(ms);
            group.save();
          } else if (action.op === "flush") await ledis.ledis.flush();
          else await ledis.reopen();
        }
        const pending = [...owners].sort(([a], [b]) => a - b);
        const ownedBy = (who: string) =>
          pending.filter(([, { name }]) => name === who).map(([ms]) => ms);
        expect(content(stored(ledis.db))).toEqual({
          pending: pending.map(([ms, { name, deliveries }]) => [ms, name, deliveries]),
          consumers: [...names].sort().map((who) => [who, ownedBy(who).length, ownedBy(who)]),
          counts: [pending.length, names.size],
        });
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});

test("pending entries are found by range, from either end", async () => {
  await using ledis = await openLedis();
  const group = made(ledis.db);
  const consumer = group.addConsumer(fromText("c"), 5);
  for (let ms = 1; ms <= 9; ms++)
    group.assign(id(ms), consumer, { deliveredAtMs: 7, deliveries: 1 });
  const found = (range: Parameters<ConsumerGroup["pending"]>[0], reverse = false) =>
    [...group.pending(range, reverse)].map(({ id }) => Number(msOf(id)));
  expect(found({ from: id(3), to: id(5) })).toEqual([3, 4, 5]);
  expect(found({ from: id(3), to: id(5), consumer }, true)).toEqual([5, 4, 3]);
  expect(found({ from: id(8), to: STREAM_ID_MAX, consumer })).toEqual([8, 9]);
  expect(found({ from: id(5), to: id(3) })).toEqual([]);
  expect(group.delivery(id(3))).toEqual({
    consumer: 0,
    name: fromText("c"),
    deliveredAtMs: 7,
    deliveries: 1,
  });
  expect(group.delivery(id(10))).toBeNull();
});

test("a removed group leaves no rows", async () => {
  await using ledis = await openLedis();
  const group = made(ledis.db);
  group.assign(id(1), group.addConsumer(fromText("c"), 5), { deliveredAtMs: 7, deliveries: 1 });
  group.save();
  const stream = ledis.db.streams.findForWrite(KEY)!;
  expect(ledis.db.streamGroups.destroy(KEY, stream, NAME)).toBe(true);
  expect(ledis.db.streamGroups.destroy(KEY, stream, NAME)).toBe(false);
  expect([...group.pending(), ...group.consumers()]).toEqual([]);
  expect(ledis.db.streams.findForWrite(KEY)!.groups).toBe(0);
});
