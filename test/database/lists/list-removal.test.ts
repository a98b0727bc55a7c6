import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { listRemovalBuild } from "../../../src/database/lists/list-removal.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const copy = fromText("copy");

test("it leaves what a removal at once leaves, wherever the items stand", async () => {
  await using test = await openLedis();
  const { db, ledis } = test;
  const { lists } = db;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(2999), { minLength: 0, maxLength: 40 }),
      fc.constantFrom(0, 1, 3, -1, -4),
      fc.boolean(),
      async (places, count, isNearEnd) => {
        const taken = new Set(places.map((place) => (isNearEnd ? 2000 + (place % 1000) : place)));
        const items = Array.from({ length: 3000 }, (_, i) => fromText(taken.has(i) ? "x" : `${i}`));
        lists.replaceOrRemove(k, items);
        lists.replaceOrRemove(copy, items);
        db.keys.expire(k, 4_102_444_800_000);
        await test.commit();
        const x = fromText("x");
        const removed = lists.removeEqual(copy, count, x);
        const build = listRemovalBuild(db, k, count, x, ledis.builds);
        if (await ledis.builds.run(build)) expect(build.removed).toBe(removed);
        else expect(lists.removeEqual(k, count, x)).toBe(removed);
        lists.push(k, "left", [x]);
        lists.push(copy, "left", [x]);
        expect(lists.range(k, 0, -1).map(mapKey)).toEqual(lists.range(copy, 0, -1).map(mapKey));
        expect(db.table.find(k)!.expireAt).toBe(4_102_444_800_000);
      },
    ),
    { numRuns: 12 },
  );
}, 60_000);

test("all items, or none", async () => {
  await using test = await openLedis();
  const { db, ledis } = test;
  const [x, y] = [fromText("x"), fromText("y")];
  db.lists.push(
    k,
    "right",
    Array.from({ length: 3000 }, () => x),
  );
  const none = listRemovalBuild(db, k, 0, y, ledis.builds);
  expect(await ledis.builds.run(none)).toBe(true);
  expect([none.removed, db.lists.length(k)]).toEqual([0, 3000]);
  const all = listRemovalBuild(db, k, 0, x, ledis.builds);
  expect(await ledis.builds.run(all)).toBe(true);
  expect([all.removed, db.table.find(k)]).toEqual([3000, null]);
});
