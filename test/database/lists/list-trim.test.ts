import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { trimBuild } from "../../../src/database/lists/list-trim.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const texts = (count: number) => Array.from({ length: count }, (_, i) => fromText(`${i}`));

test("what stays is the same as when it is cut at once, TTL included, and grows at both ends", async () => {
  await using test = await openLedis();
  const { db, ledis } = test;
  const { lists } = db;
  const size = 4000;
  await fc.assert(
    fc.asyncProperty(fc.nat(size), fc.integer({ min: -size, max: size }), async (start, stop) => {
      lists.replaceOrRemove(k, texts(size));
      db.keys.expire(k, 4_102_444_800_000);
      await test.commit();
      const build = trimBuild(db.table, db.collections, k, [start, stop], ledis.builds);
      const last = stop < 0 ? stop + size : Math.min(stop, size - 1);
      const expected = texts(size)
        .slice(start, last + 1)
        .map(mapKey);
      const isLong =
        expected.length > 1000 &&
        (size - expected.length) * 8 >= expected.length &&
        size - expected.length > 1000;
      expect(build.choose() !== null).toBe(isLong);
      expect(await ledis.builds.run(build)).toBe(isLong);
      if (!isLong) return;
      lists.push(k, "left", [fromText("left")]);
      lists.push(k, "right", [fromText("right")]);
      expect(lists.range(k, 0, -1).map(mapKey)).toEqual(["left", ...expected, "right"]);
      expect(db.table.find(k)!.expireAt).toBe(4_102_444_800_000);
    }),
    { numRuns: 15 },
  );
}, 60_000);
