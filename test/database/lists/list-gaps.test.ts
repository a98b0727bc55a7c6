import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { closeGaps, closingCost } from "../../../src/database/lists/list-gaps.ts";
import { ListItems } from "../../../src/database/lists/list-items.ts";
import { KIND_LIST } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis } from "../../support/open-ledis.ts";

const HEAD = 100;

/** Closes gaps in the list "0", "1" ...; answers its rows and which of the others were written. */
async function close(size: number, gaps: readonly number[]) {
  await using test = await openLedis();
  const { collections } = test.db;
  const items = new ListItems(collections, test.ledis.keyspace);
  for (let i = 0; i < size; i++) items.put(1, HEAD + i, fromText(`${i}`));
  const written: number[] = [];
  const put = items.put.bind(items);
  items.put = (id, seq, value) => {
    written.push(seq - HEAD);
    put(id, seq, value);
  };
  const head = closeGaps(
    items,
    1,
    HEAD,
    size,
    gaps.map((gap) => HEAD + gap),
  );
  const rows: string[] = [];
  const walk = collections.walk(KIND_LIST, 1);
  while (walk.next()) rows.push(mapKey(walk.value));
  return { head: head - HEAD, rows, written };
}

test("gaps at the ends cost no writes", async () => {
  expect(await close(5, [0, 4])).toEqual({ head: 1, rows: ["1", "2", "3"], written: [] });
});

test("the longest run stays where it is", async () => {
  expect(await close(8, [1, 6])).toEqual({
    head: 1,
    rows: ["0", "2", "3", "4", "5", "7"],
    written: [1, 6],
  });
  expect(await close(6, [4])).toEqual({ head: 0, rows: ["0", "1", "2", "3", "5"], written: [4] });
  expect(await close(6, [1])).toEqual({ head: 1, rows: ["0", "2", "3", "4", "5"], written: [1] });
});

test("gaps side by side are closed together", async () => {
  expect(await close(7, [1, 2, 3])).toEqual({
    head: 3,
    rows: ["0", "4", "5", "6"],
    written: [3],
  });
});

test("what closing the gaps costs is all but the longest run", () => {
  expect(closingCost(10, [0])).toBe(1);
  expect(closingCost(10, [9])).toBe(1);
  expect(closingCost(10, [5])).toBe(5);
  expect(closingCost(10, [1, 8])).toBe(4);
  expect(closingCost(3, [0, 1])).toBe(2);
});
