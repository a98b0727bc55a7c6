import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { fromText } from "../../../src/bytes/bytes.ts";
import { isLong } from "../../../src/database/collections/builds.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const [s, t, target] = ["s", "t", "target"].map(fromText) as [Uint8Array, Uint8Array, Uint8Array];
const COUNT = 3000;
const members = Array.from({ length: COUNT }, (_, i) => fromText(`m${i}`));

/** Rows that SQLite holds of sets, when there is no garbage left. */
async function storedMembers(test: TestLedis): Promise<number> {
  await test.ledis.flush();
  const db = new Database(join(test.directory, "ledis.db"), { readonly: true });
  const count = (table: string): number =>
    db.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()!.n;
  while (count("garbage") > 0) await Bun.sleep(2);
  const rows = count("sets");
  db.close();
  return rows;
}

test("many elements are a reason for slices, few are not", () => {
  expect(isLong([{ size: 400 }, { size: 600 }])).toBe(false);
  expect(isLong([{ size: 400 }, { size: 601 }])).toBe(true);
  expect(isLong([])).toBe(false);
});

test("a build puts a whole collection, which flushes and garbage leave alone", async () => {
  await using test = await openLedis();
  const { db, ledis } = test;
  db.sets.add(s, members);
  const build = db.sets.build("union", target, [s, t], ledis.builds);
  expect(await ledis.builds.run(build)).toBe(true);
  expect(build.size).toBe(COUNT);
  expect(await storedMembers(test)).toBe(2 * COUNT);
  await test.reopen();
  expect(test.db.sets.members(target)).toHaveLength(COUNT);
  test.db.keys.remove(target);
  expect(await storedMembers(test)).toBe(COUNT);
});

test("a short one is left to be done at once", async () => {
  await using test = await openLedis();
  test.db.sets.add(s, members.slice(0, 5));
  const build = test.db.sets.build("union", target, [s], test.ledis.builds);
  expect(await test.ledis.builds.run(build)).toBe(false);
  expect(test.db.sets.size(target)).toBe(0);
});

test("what a crash leaves behind is garbage", async () => {
  await using test = await openLedis();
  const { ledis } = test;
  test.db.sets.add(s, members);
  const build = test.db.sets.build("union", target, [s], ledis.builds);
  const { fill } = build;
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  build.fill = function* (...words: Parameters<typeof fill>) {
    let steps = 0;
    const all = fill.apply(build, words);
    while (all.next().done !== true) {
      if (++steps === COUNT / 2) stop();
      yield;
    }
  };
  const run = ledis.builds.run(build).catch(String);
  await stopped;
  await test.reopen();
  expect(await run).toBeString();
  expect(test.db.sets.size(target)).toBe(0);
  expect(await storedMembers(test)).toBe(COUNT);
});

test("a generator that fills is ended where the work is given up, too", async () => {
  await using test = await openLedis();
  const { db, ledis } = test;
  db.sets.add(s, members);
  const build = db.sets.build("union", target, [s], ledis.builds);
  const { fill } = build;
  let ended = 0;
  build.fill = function* (...words: Parameters<typeof fill>) {
    try {
      db.sets.add(s, [fromText(`new${ended}`)]);
      yield* { [Symbol.iterator]: () => fill.apply(build, words) as Iterator<unknown> };
    } finally {
      ended++;
    }
  };
  expect(await ledis.builds.run(build)).toBe(false);
  expect(ended).toBe(3);
});

test("a source that keeps changing is given up", async () => {
  await using test = await openLedis();
  const { db, ledis } = test;
  db.sets.add(s, members);
  const build = db.sets.build("union", target, [s], ledis.builds);
  const { fill } = build;
  let begun = 0;
  build.fill = function* (...words: Parameters<typeof fill>) {
    db.sets.add(s, [fromText(`new${begun++}`)]);
    yield* { [Symbol.iterator]: () => fill.apply(build, words) as Iterator<unknown> };
  };
  expect(await ledis.builds.run(build)).toBe(false);
  expect(begun).toBe(3);
  expect(await storedMembers(test)).toBe(COUNT + 3);
});
