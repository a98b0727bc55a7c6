import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { PlacedLists } from "../../../src/database/lists/placed-lists.ts";
import { openLedis } from "../../support/open-ledis.ts";

const KEY = fromText("l");

test("items come to places of their own, and are seen between the ends", async () => {
  await using test = await openLedis();
  const lists = new PlacedLists(test.db.collections);
  const items = () => test.db.lists.range(KEY, 0, -1).map(toText);
  expect(lists.putItem(KEY, 5, fromText("a"))).toBe(false);
  expect(lists.has(KEY)).toBe(false);
  lists.addItem(KEY, 5, fromText("five"));
  lists.addItem(KEY, 4, fromText("four"));
  lists.addItem(KEY, 6, fromText("six"));
  lists.addItem(KEY, 8, fromText("eight"));
  expect(items()).toEqual(["four", "five", "six"]);
  expect(lists.setEnds(KEY, 4, 8)).toBe(2);
  expect(items()).toEqual(["four", "five", "six"]);
  lists.putItem(KEY, 7, fromText("seven"));
  expect(lists.setEnds(KEY, 5, 8)).toBe(0);
  expect(items()).toEqual(["five", "six", "seven", "eight"]);
  lists.deleteItem(KEY, 7);
  expect(items()).toEqual(["five", "six"]);
  lists.deleteItem(KEY, 5);
  lists.deleteItem(KEY, 100);
  expect(items()).toEqual(["six"]);
  expect(lists.setEnds(KEY, 8, 8)).toBe(0);
  expect(items()).toEqual(["eight"]);
  expect(lists.setEnds(KEY, 50, 60)).toBe(11);
  expect(lists.has(KEY)).toBe(false);
});

test("the outermost places of LedisDB are within the bounds", async () => {
  await using test = await openLedis();
  const lists = new PlacedLists(test.db.collections);
  lists.addItem(KEY, 0, fromText("a"));
  lists.addItem(KEY, 1, fromText("b"));
  test.db.lists.push(KEY, "left", [fromText("z")]);
  expect(test.db.lists.range(KEY, 0, -1).map(toText)).toEqual(["z", "a", "b"]);
  lists.addItem(fromText("m"), 2 ** 32 - 1, fromText("a"));
  test.db.lists.push(fromText("m"), "right", [fromText("b")]);
  expect(test.db.lists.length(fromText("m"))).toBe(2);
});
