import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText } from "../../../src/bytes/bytes.ts";
import { PositionSearch, searchList } from "../../../src/database/lists/list-search.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");

test("a search takes matches from the rank on until there are enough", () => {
  const search = new PositionSearch(fromText("a"), { rank: 2, count: 2, lengthMax: 0 });
  const looks = ["a", "b", "a", "a", "a"].map((text, at) =>
    search.look(fromText(text), 0, text.length, at),
  );
  expect(looks.slice(0, 4)).toEqual([true, true, true, false]);
  expect(search.found.slice(0, 2)).toEqual([2, 3]);
});

test("step by step it finds what is found at once", async () => {
  await using test = await openLedis();
  const { lists } = test.db;
  lists.push(
    k,
    "right",
    Array.from({ length: 300 }, (_, i) => fromText(`${i % 7}`)),
  );
  lists.push(k, "left", [fromText("x")]);
  for (let round = 0; round < 2; round++) {
    fc.assert(
      fc.property(
        fc.constantFrom(-9, -2, -1, 1, 2, 50),
        fc.nat(5),
        fc.constantFrom(0, 1, 20, 299, 400),
        fc.constantFrom("0", "3", "x", "none"),
        (rank, count, lengthMax, text) => {
          const query = { rank, count, lengthMax };
          const list = lists.findForSearch(k)!;
          const steps = searchList(test.db.collections, list, fromText(text), query);
          let step = steps.next();
          while (step.done !== true) step = steps.next();
          expect(step.value).toEqual(lists.positions(k, fromText(text), query)!);
        },
      ),
      { numRuns: 60 },
    );
    await test.ledis.flush();
  }
});
