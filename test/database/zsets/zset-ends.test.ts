import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { ZSetEnds } from "../../../src/database/zsets/zset-ends.ts";
import { openLedis } from "../../support/open-ledis.ts";

test("nothing is known of a set at first", async () => {
  await using test = await openLedis();
  expect(new ZSetEnds(test.ledis.keyspace).of(1)).toEqual({ low: fromText(""), high: null });
});

test("an entry outside of what is known widens it", async () => {
  await using test = await openLedis();
  const ends = new ZSetEnds(test.ledis.keyspace);
  const known = ends.of(1);
  known.low = fromText("d");
  known.high = fromText("m");
  for (const entry of ["f", "d", "l"]) ends.added(1, fromText(entry));
  expect(ends.of(1)).toEqual({ low: fromText("d"), high: fromText("m") });
  ends.added(1, fromText("m"));
  ends.added(1, fromText("c"));
  ends.added(2, fromText("a"));
  expect(ends.of(1)).toEqual({ low: fromText("c"), high: fromText("m\0") });
});

test("only so many sets are remembered, and none after a turn that failed", async () => {
  await using test = await openLedis();
  const ends = new ZSetEnds(test.ledis.keyspace);
  ends.of(1).low = fromText("d");
  for (let id = 2; id < 4200; id++) ends.of(id).low = fromText("e");
  expect(ends.of(1).low).toEqual(fromText(""));
  expect(ends.of(4100).low).toEqual(fromText("e"));
  test.db.strings.set(fromText("k"), fromText("v"));
  test.ledis.turns.breakTurn(new Error("a test breaks this turn"));
  await test.commit().catch(() => {});
  expect(ends.of(4100).low).toEqual(fromText(""));
});
