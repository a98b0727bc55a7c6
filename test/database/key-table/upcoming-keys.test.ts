import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { FETCH_MAX } from "../../../src/keyspace/generations/row-fetch.ts";
import { openLedis } from "../../support/open-ledis.ts";

test("keys may be announced whether they are there or not, and as many as one likes", async () => {
  await using test = await openLedis();
  const { strings, table } = test.db;
  const there = fromText("there");
  strings.set(there, fromText("1"));
  const words = fromText("there missing");
  for (let i = 0; i < 3 * FETCH_MAX; i++) {
    table.upcoming.add(words, 0, 5);
    table.upcoming.add(words, 6, words.length);
  }
  table.upcoming.fetch();
  table.upcoming.fetch();
  expect(mapKey(strings.get(there)!)).toBe("1");
  table.upcoming.add(there, 0, there.length);
  table.upcoming.add(there, 0, there.length);
  table.upcoming.fetch(true);
  await test.ledis.flush();
  table.upcoming.add(there, 0, there.length);
  table.upcoming.add(there, 0, there.length);
  table.upcoming.fetch();
  expect(mapKey(strings.get(there)!)).toBe("1");
});
