import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { COUNT_LIMITS } from "../../../src/database/zsets/zset-count-rows.ts";
import { checkCounts } from "../../support/check-counts.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const SIZE = 3000;
const members = Array.from({ length: SIZE }, (_, i) => ({
  member: fromText(`m${i}`),
  score: i % 50,
}));

test("what stays has its scores, its order, its counts and its TTL", async () => {
  await using test = await openLedis();
  const { db, ledis } = test;
  const { zsets } = db;
  const all = { by: "rank", start: 0, stop: -1 } as const;
  await fc.assert(
    fc.asyncProperty(fc.nat(SIZE), fc.nat(SIZE), async (start, stop) => {
      zsets.replace(k, members, 4_102_444_800_000);
      await test.commit();
      const range = { by: "rank", start, stop } as const;
      const whole = zsets.range(k, all).map(({ member, score }) => [mapKey(member), score]);
      const staying = whole.filter((_, rank) => rank < start || rank > stop);
      const build = zsets.buildRemoval(k, range, ledis.builds);
      const removed = SIZE - staying.length;
      const isLong = removed > 1000 && removed < SIZE;
      expect(await ledis.builds.run(build)).toBe(isLong);
      if (!isLong) return;
      expect(build.removed).toBe(removed);
      expect(zsets.range(k, all).map(({ member, score }) => [mapKey(member), score])).toEqual(
        staying,
      );
      checkCounts(db.collections, zsets.find(k)!, COUNT_LIMITS);
      expect(db.table.find(k)!.expireAt).toBe(4_102_444_800_000);
      expect(
        zsets.add(k, [members[0]!], { condition: "NX", comparison: null, increments: false }).added,
      ).toBe(start === 0 ? 1 : 0);
    }),
    { numRuns: 12 },
  );
}, 60_000);
