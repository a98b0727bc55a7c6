import { expect, test } from "bun:test";
import { copyBytes, fromText, toText } from "../../../src/bytes/bytes.ts";
import {
  bytesOf,
  counted,
  firstOf,
  LEVEL_BLOCK,
  LEVEL_GROUP,
  lastUpTo,
  separator,
  ZSetCountRows,
} from "../../../src/database/zsets/zset-count-rows.ts";
import { KIND_ZSCORE } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis } from "../../support/open-ledis.ts";

const block = (first: string, count: number) => counted(LEVEL_BLOCK, fromText(first), count);

test("rows come back as groups, and as the blocks of each group", async () => {
  await using test = await openLedis();
  const rows = new ZSetCountRows(test.ledis.keyspace);
  const groups = [counted(LEVEL_GROUP, fromText(""), 3), counted(LEVEL_GROUP, fromText("m"), 4)];
  const blocks = [block("", 1), block("c", 2), block("m", 4)];
  for (const row of [...groups, ...blocks, block("x", 9)]) rows.put(7, row);
  rows.delete(7, block("x", 0));
  rows.put(8, block("", 5));
  expect(rows.groups(7)).toEqual(groups.map((group) => ({ ...group, blocks: null })));
  const found = [
    rows.blocks(7, groups[0]!, groups[1], 4),
    rows.blocks(7, groups[1]!, undefined, 4),
  ];
  expect(found.flat()).toEqual(blocks.map((row) => ({ ...row, leaf: null })));
  expect(found[0]!.length).toBe(2);
});

test("a block's entries are read from its first on", async () => {
  await using test = await openLedis();
  for (const entry of ["a", "b", "c", "d"]) {
    test.db.collections.put(KIND_ZSCORE, 7, fromText(entry), new Uint8Array(0));
  }
  const leaf = new ZSetCountRows(test.ledis.keyspace).leaf(7, block("b", 2));
  expect([leaf.count, toText(copyBytes(leaf.at(0))), toText(leaf.at(1))]).toEqual([2, "b", "c"]);
});

test("lastUpTo finds the row in whose range an entry is", () => {
  const blocks = [block("", 1), block("c", 2), block("m", 4)];
  const found = ["", "b", "c", "ca", "l", "m", "z"].map((entry) =>
    toText(firstOf(lastUpTo(blocks, fromText(entry)))),
  );
  expect(found).toEqual(["", "", "c", "c", "c", "m", "m"]);
});

test("a separator is as short as can be", () => {
  const between = (left: string, right: string) =>
    toText(separator(fromText(left), fromText(right)));
  expect(between("abcd", "abxyz")).toBe("abx");
  expect(between("ab", "abc")).toBe("abc");
  expect(between("", "abc")).toBe("a");
});

test("the memory of a directory grows with its rows", () => {
  const group = { ...counted(LEVEL_GROUP, fromText(""), 1), blocks: [] };
  const small = bytesOf({ id: 1, groups: [group] });
  const blocks = [{ ...block("abc", 1), leaf: null }];
  expect(bytesOf({ id: 1, groups: [{ ...group, blocks }] })).toBeGreaterThan(small);
});
