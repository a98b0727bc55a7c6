import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { STREAM_ID_MAX, STREAM_ID_MIN, streamId } from "../../../src/bytes/stream-id.ts";
import type { DB } from "../../../src/database/db.ts";
import { openLedis } from "../../support/open-ledis.ts";

const KEY = fromText("s");
const id = (ms: number) => streamId(BigInt(ms), 0n);
const exactly = { minId: STREAM_ID_MIN, block: 1, limit: 0 };

function add(db: DB, ms: number, ...words: string[]): void {
  const how = { create: true, trim: null, nowMs: 0 };
  db.streams.add(KEY, { form: "given", id: id(ms) }, words.map(fromText), how);
}

/** Ids (their ms) and values of all entries. */
function content(db: DB, reverse = false): [number, string][] {
  const stream = db.streams.find(KEY);
  if (stream === null) return [];
  const range = { from: STREAM_ID_MIN, to: STREAM_ID_MAX, reverse };
  return [...db.streams.range(stream, range)].map(({ id, words }) => [
    new DataView(id.buffer, id.byteOffset).getUint32(4),
    mapKey(words[1]!.view()),
  ]);
}

describe("a stream and a plain array do the same", () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        op: fc.constant("add" as const),
        gap: fc.integer({ min: 1, max: 9 }),
      }),
    },
    fc.record({ op: fc.constant("remove" as const), ms: fc.integer({ min: 0, max: 200 }) }),
    fc.record({ op: fc.constant("trim" as const), length: fc.integer({ min: 0, max: 30 }) }),
    fc.record({ op: fc.constant("cut" as const), ms: fc.integer({ min: 0, max: 200 }) }),
    fc.record({ op: fc.constantFrom("flush" as const, "reopen" as const, "turn" as const) }),
  );

  test("whatever is added, removed, flushed and recovered in between", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        await using ledis = await openLedis();
        let model: [number, string][] = [];
        let last = 0;
        let added = 0;
        for (const action of steps) {
          const { db } = ledis;
          if (action.op === "add") {
            last += action.gap;
            add(db, last, "f", `v${last}`);
            model.push([last, `v${last}`]);
            added++;
          } else if (action.op === "remove") {
            const there = model.filter(([ms]) => ms === action.ms).length;
            expect(db.streams.remove(KEY, [id(action.ms)])).toBe(there);
            model = model.filter(([ms]) => ms !== action.ms);
          } else if (action.op === "trim") {
            const removed = db.streams.trim(KEY, { ...exactly, maxLength: action.length });
            const gone = Math.max(0, model.length - action.length);
            expect(removed).toBe(gone);
            model = model.slice(gone);
          } else if (action.op === "cut") {
            db.streams.trim(KEY, { ...exactly, maxLength: null, minId: id(action.ms) });
            model = model.filter(([ms]) => ms >= action.ms);
          } else if (action.op === "turn") await ledis.commit();
          else if (action.op === "flush") await ledis.ledis.flush();
          else await ledis.reopen();
        }
        expect(content(ledis.db)).toEqual(model);
        expect(content(ledis.db, true)).toEqual(model.toReversed());
        const stream = ledis.db.streams.find(KEY);
        expect(stream?.length ?? 0).toBe(model.length);
        if (stream === null) return;
        expect([stream.lastId, stream.entriesAdded]).toEqual([id(last), BigInt(added)]);
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});

test("the first, the last and a named entry are found without the others", async () => {
  await using ledis = await openLedis();
  const { streams } = ledis.db;
  for (let ms = 1; ms <= 20; ms++) add(ledis.db, ms, "f", `${ms}`);
  await ledis.ledis.flush();
  const stream = streams.find(KEY)!;
  const textOf = (entry: ReturnType<typeof streams.first>) =>
    entry && mapKey(entry.words[1]!.view());
  expect(
    [streams.first(stream), streams.last(stream), streams.get(stream, id(7))].map(textOf),
  ).toEqual(["1", "20", "7"]);
  expect([streams.has(stream, id(7)), streams.has(stream, id(21))]).toEqual([true, false]);
  const few = streams.range(stream, { from: id(3), to: id(18), count: 2 });
  expect([...few].map(({ words }) => mapKey(words[1]!.view()))).toEqual(["3", "4"]);
  const none = streams.range(stream, { from: id(9), to: id(3) });
  expect([...none]).toEqual([]);
});

test("a stream without entries stays until it is removed", async () => {
  await using ledis = await openLedis();
  add(ledis.db, 1, "f", "v");
  ledis.db.streams.remove(KEY, [id(1)]);
  await ledis.reopen();
  expect(ledis.db.streams.find(KEY)).toMatchObject({ length: 0, entriesAdded: 1n });
  ledis.db.keys.remove(KEY);
  expect(ledis.db.streams.find(KEY)).toBeNull();
});

test("marks have to agree with what is there", async () => {
  await using ledis = await openLedis();
  const { streams } = ledis.db;
  const marks = { lastId: id(5), entriesAdded: null, maxDeletedId: STREAM_ID_MIN };
  expect(() => streams.setMarks(KEY, marks)).toThrow("ERR no such key");
  add(ledis.db, 5, "f", "v");
  expect(() => streams.setMarks(KEY, { ...marks, lastId: id(4) })).toThrow(
    "target stream top item",
  );
  expect(() => streams.setMarks(KEY, { ...marks, entriesAdded: 0n })).toThrow(
    "target stream length",
  );
  streams.setMarks(KEY, { lastId: id(9), entriesAdded: 4n, maxDeletedId: id(6) });
  expect(streams.find(KEY)).toMatchObject({ entriesAdded: 4n, lastId: id(9), maxDeletedId: id(6) });
});
