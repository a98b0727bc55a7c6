import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { ListedRows, type Listing } from "../../../src/database/collections/listing.ts";
import { memberOf } from "../../../src/database/zsets/zset-entry.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const texts = (count: number) => Array.from({ length: count }, (_, i) => fromText(`${i + 1000}`));

async function read(test: TestLedis, find: () => Listing | null): Promise<string[] | null> {
  const moment = await test.ledis.moments.take(() => {
    const listing = find();
    return listing === null ? null : { ids: [listing.id], listing };
  });
  if (moment === null) return null;
  const rows = await ListedRows.open(moment);
  const found: string[] = [];
  for (let walk = rows.next(); walk !== null; walk = rows.next()) {
    found.push(mapKey(walk.value.length > 0 ? walk.value : walk.rest));
  }
  rows.close();
  return found;
}

test("a part of a list is read from any place, flushed or not", async () => {
  await using test = await openLedis();
  const { lists } = test.db;
  lists.push(k, "right", texts(2000));
  for (let round = 0; round < 2; round++) {
    expect(await read(test, () => lists.listing(k, 500, -501))).toEqual(
      texts(2000).slice(500, 1500).map(mapKey),
    );
    expect(await read(test, () => lists.listing(k, 5, 3))).toEqual([]);
    await test.ledis.flush();
    lists.push(k, "left", texts(1));
    lists.pop(k, "left");
  }
});

test("a piece of a sorted set's range is read as it is answered at once", async () => {
  await using test = await openLedis();
  const { zsets } = test.db;
  const members = texts(600).map((member, i) => ({ member, score: (i * 7) % 100 }));
  zsets.add(k, members, { condition: null, comparison: null, increments: false });
  const ranges = [
    { by: "rank", start: 3, stop: -5 },
    { by: "score", min: 10, minExclusive: true, max: 60, maxExclusive: false },
  ] as const;
  for (const range of ranges) {
    for (const reverse of [false, true]) {
      for (const [offset, limit] of [
        [0, -1],
        [7, 100],
        [0, 1000],
      ] as const) {
        const piece = { reverse, offset, limit };
        const whole = zsets.range(k, range, piece).map(({ member }) => mapKey(member));
        const moment = await test.ledis.moments.take(() => {
          const listing = zsets.listing(k, range, piece)!;
          return { ids: [listing.id], listing };
        });
        const rows = await ListedRows.open(moment!);
        const found: string[] = [];
        for (let walk = rows.next(); walk !== null; walk = rows.next()) {
          found.push(mapKey(memberOf(walk.rest)));
        }
        rows.close();
        expect(found).toEqual(whole);
      }
    }
  }
  expect(zsets.listing(k, ranges[0], { reverse: false, offset: -1, limit: -1 })).toBeNull();
  expect(
    zsets.listing(fromText("none"), ranges[0], { reverse: false, offset: 0, limit: 1 }),
  ).toBeNull();
});

test("fewer rows than the size says are an error, and close the snapshot when told", async () => {
  await using test = await openLedis();
  test.db.sets.add(k, texts(10));
  const listing = { ...test.db.sets.listing(k)!, count: 11 };
  const rows = await ListedRows.open(
    (await test.ledis.moments.take(() => ({ ids: [listing.id], listing })))!,
  );
  for (let i = 0; i < 10; i++) expect(rows.next()).not.toBeNull();
  expect(() => rows.next()).toThrow("1 elements of a collection are missing");
  rows.close();
  expect(test.ledis.keyspace.rowSnapshots.count).toBe(0);
});
