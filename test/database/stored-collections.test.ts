import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { fromText, toText } from "../../src/bytes/bytes.ts";
import { setAllTypes, temporaryPaths, withLedis } from "../support/offline-data.ts";
import { changeRows, mended, problemsIn } from "../support/stored-data.ts";

const key = (name: string) => `key = CAST('${name}' AS BLOB)`;

test("sizes, numbers and missing elements are found, and what is there is kept", async () => {
  const cases: readonly (readonly [statement: string, problem: string])[] = [
    ["DELETE FROM hash WHERE field = x'6d33'", "it says 10 elements, 9 are there"],
    ["DELETE FROM hash", "it says 10 elements, none is there"],
    ["DELETE FROM sets WHERE member = x'6d33'", "it says 10 elements, 9 are there"],
    ["DELETE FROM list WHERE value = x'6d33'", "it says 10 elements, 9 are there"],
    ["UPDATE list SET seq = x'f00000000000' WHERE value = x'6d33'", "not numbered one after"],
    ["DELETE FROM bitmap WHERE segment = x'00000001'", "elements"],
    [`UPDATE keys SET value = substr(value, 1, 13) WHERE ${key("bitmap")}`, "cut short"],
    [`UPDATE keys SET value = substr(value, 1, 9) WHERE ${key("hash")}`, "cut short"],
  ];
  using paths = temporaryPaths();
  for (const [index, [statement, problem]] of cases.entries()) {
    const [data, target] = [paths.of(`data${index}`), paths.of(`target${index}`)];
    mkdirSync(target);
    await withLedis(data, (ledis) => setAllTypes(ledis, 10));
    changeRows(data, statement);
    const problems = problemsIn(data);
    expect({ statement, problem: problems.join("\n") }).toEqual({
      statement,
      problem: expect.stringContaining(problem),
    });
    expect({ statement, left: mended(data, target).left }).toEqual({ statement, left: [] });
  }
}, 60_000);

test("a mended list has its items in their order, and takes more at both ends", async () => {
  using paths = temporaryPaths();
  const [data, target] = [paths.of("data"), paths.of("target")];
  mkdirSync(target);
  await withLedis(data, (ledis) => setAllTypes(ledis, 6));
  changeRows(data, "DELETE FROM list WHERE value IN (x'6d30', x'6d33')");
  expect(mended(data, target).mended).toHaveLength(1);
  await withLedis(target, (ledis) => {
    const { lists } = ledis.select(0);
    const list = fromText("list");
    lists.push(list, "left", [fromText("l")]);
    lists.push(list, "right", [fromText("r")]);
    const items = [0, 1, 2, 3, 4, 5, 6].map((index) => lists.at(list, index));
    expect(items.map((item) => (item === null ? null : toText(item)))).toEqual([
      ...["l", "m1", "m2", "m4", "m5", "r"],
      null,
    ]);
  });
});
