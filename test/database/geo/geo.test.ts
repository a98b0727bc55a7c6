import { describe, expect, test } from "bun:test";
import { type Bytes, fromText, toText } from "../../../src/bytes/bytes.ts";
import { scoreOfPosition } from "../../../src/bytes/geohash.ts";
import type { DB } from "../../../src/database/db.ts";
import { type GeoMatch, type GeoQuery, scoreOfMatch } from "../../../src/database/geo/geo.ts";
import { SortMemory } from "../../../src/database/sorting/sorted-members.ts";
import { memberOf } from "../../../src/database/zsets/zset-entry.ts";
import { openLedis } from "../../support/open-ledis.ts";

const KEY = fromText("geo");
const TARGET = fromText("target");
const PLAIN = { condition: null, comparison: null, increments: false } as const;
/** Members in a square of so many times so many, a hundredth of a degree from each other. */
const SIDE = 50;

const around = (radius: number, how: Partial<GeoQuery> = {}): GeoQuery => ({
  shape: { center: { longitude: 10, latitude: 45 }, unit: 1000, extent: { radius } },
  order: null,
  count: null,
  isAny: false,
  ...how,
});

function fill({ zsets }: DB): void {
  const members = Array.from({ length: SIDE * SIDE }, (_, number) => ({
    member: fromText(`m${number}`),
    score: scoreOfPosition({
      longitude: 10 + (number % SIDE) / 100,
      latitude: 45 + Math.floor(number / SIDE) / 100,
    }),
  }));
  zsets.add(KEY, members, PLAIN);
}

function search({ geo }: DB, query: GeoQuery): GeoMatch[] {
  return geo.search(geo.find(KEY)!, query)!;
}

function names(matches: readonly GeoMatch[]): string[] {
  return matches.map(({ entry }) => toText(memberOf(entry)));
}

describe("a search", () => {
  test("finds what is within, nearest or farthest first if that is asked for", async () => {
    await using test = await openLedis();
    fill(test.db);
    expect(names(search(test.db, around(1.2))).sort()).toEqual(["m0", "m1", "m50"]);
    expect(names(search(test.db, around(1.2, { order: "ASC" })))).toEqual(["m0", "m1", "m50"]);
    expect(names(search(test.db, around(1.2, { order: "DESC" })))).toEqual(["m50", "m1", "m0"]);
    expect(search(test.db, around(1000)).length).toBe(SIDE * SIDE);
    expect(search(test.db, around(0.0001))).toEqual([]);
  });

  test("takes so many, or any so many", async () => {
    await using test = await openLedis();
    fill(test.db);
    const nearest = around(1000, { order: "ASC", count: 2 });
    expect(names(search(test.db, nearest))).toEqual(["m0", "m1"]);
    expect(names(search(test.db, { ...nearest, order: "DESC", count: 1 }))).toEqual(["m2499"]);
    const any = around(1000, { count: 7, isAny: true });
    expect(search(test.db, any).length).toBe(7);
    const { geo } = test.db;
    expect(geo.search(geo.find(KEY)!, any, { members: 7, bytes: 1000 })?.length).toBe(7);
  });

  test("gives up at its limits", async () => {
    await using test = await openLedis();
    fill(test.db);
    const { geo } = test.db;
    const set = geo.find(KEY)!;
    expect(geo.search(set, around(1000), { members: 2500, bytes: 1 << 20 })?.length).toBe(2500);
    expect(geo.search(set, around(1000), { members: 2499, bytes: 1 << 20 })).toBeNull();
    expect(geo.search(set, around(1000), { members: 2500, bytes: 20_000 })).toBeNull();
  });

  test("looks at few members of a large set", async () => {
    await using test = await openLedis();
    fill(test.db);
    const { geo } = test.db;
    const found = geo.search(geo.find(KEY)!, around(1.2), { members: 60, bytes: 1000 });
    expect(found?.length).toBe(3);
  });
});

test("positions are those of the members, null for others", async () => {
  await using test = await openLedis();
  fill(test.db);
  const { geo } = test.db;
  const set = geo.find(KEY)!;
  expect(geo.position(set, fromText("m1"))!.longitude).toBeCloseTo(10.01, 5);
  expect(geo.position(set, fromText("none"))).toBeNull();
  expect(geo.find(fromText("none"))).toBeNull();
  expect(geo.subject(fromText("none"))).toBeNull();
});

describe("a search that is stored in slices", () => {
  async function stored(
    db: DB,
    query: GeoQuery,
    builds: Parameters<DB["geo"]["buildSearch"]>[4],
    unit: number | null = null,
  ): Promise<[isDone: boolean, isWhole: boolean, members: Map<string, number>]> {
    const build = db.geo.buildSearch(TARGET, KEY, query, scoreOfMatch(unit), builds);
    const isDone = await builds.builds.run(build);
    const members = membersOf(db, TARGET);
    if (isDone && build.isWhole) expect(build.size).toBe(members.size);
    return [isDone, build.isWhole, members];
  }

  function membersOf({ zsets }: DB, key: Bytes): Map<string, number> {
    const all = zsets.range(key, { by: "rank", start: 0, stop: -1 });
    return new Map(all.map(({ member, score }) => [toText(member), score]));
  }

  test("has the geohashes, or the distances, of all members within", async () => {
    await using test = await openLedis();
    fill(test.db);
    const query = around(1000);
    expect(await stored(test.db, query, test.ledis)).toEqual([true, true, membersOf(test.db, KEY)]);
    const [, , distances] = await stored(test.db, query, test.ledis, 1000);
    const expected = search(test.db, query).map(({ distance }) => distance / 1000);
    expect([...distances.values()]).toEqual(expected.sort((a, b) => a - b));
  });

  test("has the nearest ones", async () => {
    await using test = await openLedis();
    fill(test.db);
    const query = around(1000, { order: "ASC", count: 20 });
    const [isDone, , members] = await stored(test.db, query, test.ledis, 1);
    expect([isDone, [...members.keys()].sort()]).toEqual([
      true,
      names(search(test.db, query)).sort(),
    ]);
    expect(test.ledis.sortMemory.used).toBe(0);
    const [, , any] = await stored(test.db, around(1000, { count: 3, isAny: true }), test.ledis);
    expect(any.size).toBe(3);
  });

  test("is not done in slices where few members are looked at", async () => {
    await using test = await openLedis();
    fill(test.db);
    expect((await stored(test.db, around(1), test.ledis))[0]).toBe(false);
  });

  test("leaves the target alone without memory to sort in", async () => {
    await using test = await openLedis();
    fill(test.db);
    const query = around(1000, { order: "ASC", count: 2000 });
    const { builds } = test.ledis;
    const sortMemory = new SortMemory(1 << 10);
    const outcome = await stored(test.db, query, { builds, sortMemory });
    expect(outcome).toEqual([true, false, new Map()]);
    expect(sortMemory.used).toBe(0);
  });
});
