import { expect, test } from "bun:test";
import { EMPTY, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import type { OrderedPage, OrderedQuery } from "../../../src/database/keys/ordered-scan.ts";
import { TYPE_HASH, TYPE_STRING } from "../../../src/keyspace/rows/key-row.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { openLedis } from "../../support/open-ledis.ts";

const start: OrderedQuery = { after: EMPTY, reverse: false, pattern: null, count: 2 };

/** All names, page by page. */
function walk(scan: (query: OrderedQuery) => OrderedPage, query: Partial<OrderedQuery>): string[] {
  const names: string[] = [];
  for (let after: Uint8Array | null = EMPTY; after !== null; ) {
    const page = scan({ ...start, ...query, after });
    names.push(...page.items.map(({ name }) => mapKey(name)));
    after = page.last;
  }
  return names;
}

test("keys of a type come in order or against it, from memory and from disk", async () => {
  using clock = useFakeClock();
  await using test = await openLedis();
  const { db } = test;
  const names = ["", "a", "ab", "b", "c", "\u00ff"];
  for (const name of names) db.strings.set(Buffer.from(name, "latin1"), fromText("v"));
  db.hashes.set(fromText("aa"), ["f", "v"].map(fromText));
  db.strings.set(fromText("gone"), fromText("v"), 1 + Date.UTC(2026, 0, 1));
  clock.advance(2);
  for (const how of ["memory", "disk"]) {
    if (how === "disk") await test.ledis.flush();
    for (const count of [1, 2, 3, 100]) {
      const scan = (query: OrderedQuery) =>
        test.db.orderedScan.keys(TYPE_STRING, { ...query, count });
      expect(walk(scan, {})).toEqual(names);
      expect(walk(scan, { reverse: true })).toEqual(names.toReversed());
      expect(walk(scan, { pattern: fromText("a*") })).toEqual(["a", "ab"]);
    }
    const hashes = (query: OrderedQuery) => test.db.orderedScan.keys(TYPE_HASH, query);
    expect(walk(hashes, {})).toEqual(["aa"]);
  }
});

test("elements come in byte order with their values", async () => {
  await using test = await openLedis();
  const { db } = test;
  const [h, s, z] = ["h", "s", "z"].map(fromText) as [Uint8Array, Uint8Array, Uint8Array];
  db.hashes.set(h, ["b", "2", "a", "1", "c", "3"].map(fromText));
  db.sets.add(s, ["b", "a", "", "c"].map(fromText));
  db.zsets.replace(z, [
    { member: fromText("a"), score: 9 },
    { member: fromText("b"), score: -1 },
  ]);
  const page = db.orderedScan.fields(h, start);
  expect(page.items.map(({ value }) => mapKey(value))).toEqual(["1", "2"]);
  expect(walk((query) => db.orderedScan.fields(h, query), { reverse: true })).toEqual([
    "c",
    "b",
    "a",
  ]);
  expect(walk((query) => db.orderedScan.members(s, query), {})).toEqual(["", "a", "b", "c"]);
  expect(walk((query) => db.orderedScan.scoredMembers(z, query), {})).toEqual(["a", "b"]);
  expect(walk((query) => db.orderedScan.members(fromText("no"), query), {})).toEqual([]);
  expect(() => db.orderedScan.members(h, start)).toThrow("WRONGTYPE");
});
