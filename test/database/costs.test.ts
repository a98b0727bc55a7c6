/** What operations on a hot key cost: look-ups in SQLite, and bytes of log. */
import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import type { DB } from "../../src/database/db.ts";
import { openLedis, type TestLedis } from "../support/open-ledis.ts";

const key = fromText("key");
const old = fromText("old-element");
const value = fromText("value");
const ADD = { condition: null, comparison: null, increments: false } as const;
/** Frames of the events of one element row and one key row, and of the turn's end. */
const FRAMES_BYTES = 150;

interface Cost {
  readonly statements: number;
  readonly bytes: number;
}

async function costOf(test: TestLedis, work: (db: DB) => void): Promise<Cost> {
  const { keyspace } = test.ledis;
  await test.commit();
  const before = { statements: keyspace.statementCount, offset: keyspace.position.offset };
  work(test.db);
  await test.commit();
  return {
    statements: keyspace.statementCount - before.statements,
    bytes: keyspace.position.offset - before.offset,
  };
}

/** Of each type: how its key is made, and what is done with an element that is there and with a new one. */
const types: readonly {
  readonly name: string;
  readonly make: (db: DB) => void;
  readonly touch: (db: DB) => void;
  readonly add: (db: DB, element: Uint8Array) => void;
  readonly newElement: number;
}[] = [
  {
    name: "HSET",
    make: (db) => db.hashes.set(key, [old, value]),
    touch: (db) => db.hashes.set(key, [old, fromText("other")]),
    add: (db, field) => db.hashes.set(key, [field, value]),
    newElement: 1,
  },
  {
    name: "LPUSH",
    make: (db) => db.lists.push(key, "left", [old]),
    touch: (db) => db.lists.push(key, "left", [old]),
    add: (db, item) => db.lists.push(key, "right", [item]),
    newElement: 0,
  },
  {
    name: "SADD",
    make: (db) => db.sets.add(key, [old]),
    touch: (db) => db.sets.add(key, [old]),
    add: (db, member) => db.sets.add(key, [member]),
    newElement: 1,
  },
  {
    name: "ZADD",
    make: (db) => db.zsets.add(key, [{ member: old, score: 1 }], ADD),
    touch: (db) => db.zsets.add(key, [{ member: old, score: Math.random() }], ADD),
    add: (db, member) => db.zsets.add(key, [{ member, score: 2 }], ADD),
    newElement: 1,
  },
];

for (const { name, make, touch, add, newElement } of types) {
  test(`${name} on a hot key touches memory only; a new element costs ${newElement} look-ups at most`, async () => {
    await using test = await openLedis();
    // It looks into SQLite now and then.
    test.ledis.expiry.stop();
    make(test.db);
    for (let round = 0; round < 3; round++) {
      const touched = await costOf(test, touch);
      expect(touched.statements).toBe(0);
      expect(touched.bytes).toBeLessThan(2 * FRAMES_BYTES);
      const added = await costOf(test, (db) => add(db, fromText(`new${round}`)));
      expect(added.statements).toBeLessThanOrEqual(newElement);
      expect(added.bytes).toBeLessThan(2 * FRAMES_BYTES);
      // What was flushed a short while ago is in the row cache.
      await test.ledis.flush();
    }
  });

  test(`a hundred times ${name} in one turn write the key row once`, async () => {
    await using test = await openLedis();
    // It looks into SQLite now and then.
    test.ledis.expiry.stop();
    make(test.db);
    const cost = await costOf(test, (db) => {
      for (let i = 0; i < 100; i++) add(db, fromText(`new${i + 100}`));
    });
    expect(cost.bytes).toBeLessThan(100 * FRAMES_BYTES);
    expect(cost.statements).toBeLessThanOrEqual(100 * newElement);
  });
}
