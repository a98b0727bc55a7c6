import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { isConstant, SortPattern } from "../../../src/database/sorting/sort-pattern.ts";
import { openLedis } from "../../support/open-ledis.ts";

test("only patterns with an asterisk depend on the element", () => {
  expect(["nosort", "#", ""].map(fromText).every(isConstant)).toBe(true);
  expect(isConstant(fromText("w_*"))).toBe(false);
});

test("a pattern names the element, a string, or a field of a hash", async () => {
  await using test = await openLedis();
  const { db } = test;
  db.strings.set(fromText("w_1_x"), fromText("weight"));
  db.strings.set(fromText("w_1->"), fromText("arrow"));
  db.strings.set(fromText("w_*"), fromText("star"));
  db.hashes.set(fromText("o_1"), ["f", "v", "->g", "w"].map(fromText));
  const value = (pattern: string, element = "1") => {
    const found = new SortPattern(fromText(pattern)).valueOf(
      fromText(element),
      db.table,
      db.hashes,
    );
    return found === null ? null : mapKey(found);
  };
  expect(value("#")).toBe("1");
  expect(value("w_*_x")).toBe("weight");
  expect(value("w_*->")).toBe("arrow");
  expect(value("w_*", "*")).toBe("star");
  expect(value("o_*->f")).toBe("v");
  expect(value("o_*->->g")).toBe("w");
  for (const none of ["w_1_x", "", "##", "w_*", "o_*", "o_*->x", "w_*_x->f", "x_*->f"]) {
    expect([none, value(none)]).toEqual([none, null]);
  }
});
