import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, fromText } from "../../../src/bytes/bytes.ts";
import { FIRST_FREE_SPACE } from "../../../src/database/key-table/spaces.ts";
import { putCollection, storedAfterCollecting } from "../../support/hand-made-collections.ts";
import { openLedis } from "../../support/open-ledis.ts";

const a = fromText("a");
const b = fromText("b");
const v = fromText("v");

test("a database begins with the space of its own number, and a flush gives it a new one", async () => {
  await using test = await openLedis();
  const { spaces } = test.ledis;
  expect([spaces.of(0), spaces.of(7)]).toEqual([0, 7]);
  spaces.flush(7);
  expect(spaces.of(7)).toBe(FIRST_FREE_SPACE);
  spaces.flush(7);
  spaces.flush(0);
  expect([spaces.of(7), spaces.of(0)]).toEqual([FIRST_FREE_SPACE + 1, FIRST_FREE_SPACE + 2]);
  await test.reopen();
  const again = test.ledis.spaces;
  expect([again.of(7), again.of(0)]).toEqual([FIRST_FREE_SPACE + 1, FIRST_FREE_SPACE + 2]);
});

test("an undone turn gives the spaces back", async () => {
  await using test = await openLedis();
  test.ledis.spaces.swap(0, 1);
  test.ledis.turns.breakTurn(new Error("by the test"));
  await expect(test.commit()).rejects.toThrow();
  expect(test.ledis.spaces.of(0)).toBe(0);
});

test("ids are never given twice, not even after a crash", async () => {
  await using test = await openLedis();
  const ids = new Set<number>();
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 1500; j++) ids.add(test.ledis.spaces.newId());
    await test.reopen();
  }
  expect(ids.size).toBe(4500);
});

describe("a collection's rows", () => {
  test("are removed when its key is overwritten blindly, in a later flush or in the same", async () => {
    await using test = await openLedis();
    putCollection(test.ledis, test.db, a);
    await test.ledis.flush();
    test.db.strings.set(a, v);
    putCollection(test.ledis, test.db, b);
    test.db.strings.set(b, v);
    expect(await storedAfterCollecting(test.ledis, test.directory)).toMatchObject({
      collections: [],
      keys: 2,
    });
  });

  test("are removed when another took its key in the same turn and the server crashed", async () => {
    await using test = await openLedis();
    putCollection(test.ledis, test.db, a);
    const id = putCollection(test.ledis, test.db, a);
    await test.reopen();
    const { collections } = await storedAfterCollecting(test.ledis, test.directory);
    expect(collections).toEqual([id]);
  });

  test("stay when its key is renamed, and are removed when the new name is overwritten", async () => {
    await using test = await openLedis();
    const id = putCollection(test.ledis, test.db, a);
    await test.ledis.flush();
    test.db.keys.rename(a, b);
    expect(await storedAfterCollecting(test.ledis, test.directory)).toMatchObject({
      collections: [id],
      homes: 1,
    });
    test.db.strings.set(b, v);
    expect(await storedAfterCollecting(test.ledis, test.directory)).toEqual({
      collections: [],
      homes: 0,
      keys: 1,
    });
  });

  test("stay when the old name is overwritten in the turn of the renaming", async () => {
    await using test = await openLedis();
    const id = putCollection(test.ledis, test.db, a);
    await test.ledis.flush();
    test.db.keys.rename(a, b);
    test.db.strings.set(a, v);
    const { collections } = await storedAfterCollecting(test.ledis, test.directory);
    expect(collections).toEqual([id]);
  });

  test("stay when it is renamed there and back", async () => {
    await using test = await openLedis();
    const id = putCollection(test.ledis, test.db, a);
    test.db.keys.rename(a, b);
    test.db.keys.rename(b, a);
    const { collections } = await storedAfterCollecting(test.ledis, test.directory);
    expect(collections).toEqual([id]);
  });

  test("stay when it was moved out of a database that is flushed then, and go when it was not", async () => {
    await using test = await openLedis();
    const moved = putCollection(test.ledis, test.db, a);
    putCollection(test.ledis, test.db, b);
    const inside = putCollection(test.ledis, test.ledis.select(1), fromText("inside"));
    await test.ledis.flush();
    test.db.keys.moveTo(test.ledis.select(1).table, a);
    test.ledis.swap(1, 2);
    test.db.clear();
    test.ledis.select(1).clear();
    const { collections } = await storedAfterCollecting(test.ledis, test.directory);
    expect(collections).toEqual([moved, inside]);
  });
});

/** What each key holds: a collection's id, or 0 for a string. By `database:key`. */
type Model = Map<string, number>;

const names = ["a", "b", "c"];
const place = fc.record({ database: fc.nat(2), key: fc.constantFrom(...names) });

test("whatever happens to keys, rows of exactly the living collections are left", async () => {
  const step = fc.oneof(
    { arbitrary: fc.record({ do: fc.constant("collect" as const), at: place }), weight: 4 },
    { arbitrary: fc.record({ do: fc.constant("set" as const), at: place }), weight: 2 },
    fc.record({ do: fc.constant("remove" as const), at: place }),
    {
      arbitrary: fc.record({
        do: fc.constant("rename" as const),
        at: place,
        to: fc.constantFrom(...names),
      }),
      weight: 5,
    },
    {
      arbitrary: fc.record({ do: fc.constant("move" as const), at: place, to: fc.nat(2) }),
      weight: 4,
    },
    fc.record({ do: fc.constant("swap" as const), at: place, to: fc.nat(2) }),
    fc.record({ do: fc.constant("clear" as const), at: place }),
    { arbitrary: fc.record({ do: fc.constant("flush" as const) }), weight: 2 },
    fc.record({ do: fc.constant("commit" as const) }),
    fc.record({ do: fc.constant("crash" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await using test = await openLedis();
      const model: Model = new Map();
      for (const action of steps) {
        if (action.do === "flush") await test.ledis.flush();
        else if (action.do === "commit") await test.commit();
        else if (action.do === "crash") await test.reopen();
        else runStep(test, model, action);
      }
      const { collections, keys } = await storedAfterCollecting(test.ledis, test.directory);
      const living = [...model.values()].filter((id) => id !== 0).sort((x, y) => x - y);
      expect(collections).toEqual(living);
      expect(keys).toBe(model.size);
    }),
    { numRuns: 25 },
  );
}, 60_000);

type Step =
  | { do: "collect" | "set" | "remove" | "clear"; at: { database: number; key: string } }
  | { do: "rename"; at: { database: number; key: string }; to: string }
  | { do: "move" | "swap"; at: { database: number; key: string }; to: number };

function runStep(
  { ledis }: { ledis: Parameters<typeof putCollection>[0] },
  model: Model,
  step: Step,
): void {
  const { database, key } = step.at;
  const db = ledis.select(database);
  const name = `${database}:${key}`;
  const bytes: Bytes = fromText(key);
  const held = model.get(name);
  switch (step.do) {
    case "collect":
      model.set(name, putCollection(ledis, db, bytes));
      return;
    case "set":
      db.strings.set(bytes, v);
      model.set(name, 0);
      return;
    case "remove":
      expect(db.keys.remove(bytes)).toBe(model.delete(name));
      return;
    case "clear":
      db.clear();
      for (const other of names) model.delete(`${database}:${other}`);
      return;
    case "rename":
      if (held === undefined) return;
      db.keys.rename(bytes, fromText(step.to));
      model.delete(name);
      model.set(`${database}:${step.to}`, held);
      return;
    case "move": {
      const target = `${step.to}:${key}`;
      if (step.to === database) return;
      const moves = held !== undefined && !model.has(target);
      expect(db.keys.moveTo(ledis.select(step.to).table, bytes)).toBe(moves);
      if (!moves) return;
      model.delete(name);
      model.set(target, held);
      return;
    }
    case "swap":
      ledis.swap(database, step.to);
      if (database === step.to) return;
      for (const other of names) {
        const [one, two] = [`${database}:${other}`, `${step.to}:${other}`];
        const [first, second] = [model.get(one), model.get(two)];
        model.delete(one);
        model.delete(two);
        if (second !== undefined) model.set(one, second);
        if (first !== undefined) model.set(two, first);
      }
  }
}
