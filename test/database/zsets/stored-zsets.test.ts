import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { fromText } from "../../../src/bytes/bytes.ts";
import { digestOf, setAllTypes, temporaryPaths, withLedis } from "../../support/offline-data.ts";
import { changeRows, mended, problemsIn } from "../../support/stored-data.ts";

test("either order of a sorted set gives back the other, and counts are made anew", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("data"), (ledis) => setAllTypes(ledis, 1000));
  const whole = await digestOf(paths.of("data"));
  for (const [index, [statement, problem]] of [
    ["DELETE FROM zset WHERE value < x'bff8'", "elements"],
    ["DELETE FROM zscore WHERE score_member < x'bff8'", "entries in order"],
    [
      "UPDATE zscore SET score_member = CAST(x'00' || substr(score_member, 2) AS BLOB) WHERE score_member < x'bff8'",
      "another one than its place",
    ],
    ["DELETE FROM zcount WHERE level_first = x'01'", "have no beginning"],
    [
      "UPDATE zcount SET value = x'000000000001' WHERE level_first = x'01'",
      "not those of its entries",
    ],
    ["DELETE FROM zcount", "have no beginning"],
  ].entries()) {
    const [data, target] = [paths.of(`data${index}`), paths.of(`target${index}`)];
    mkdirSync(target);
    await withLedis(data, (ledis) => setAllTypes(ledis, 1000));
    changeRows(data, statement!);
    expect({ statement, problems: problemsIn(data) }).toEqual({
      statement,
      problems: [expect.stringContaining(problem!)],
    });
    expect(mended(data, target).left).toEqual([]);
    expect({ statement, digest: await digestOf(target) }).toEqual({ statement, digest: whole });
  }
}, 60_000);

test("counts made anew are those that a server goes on with", async () => {
  using paths = temporaryPaths();
  const [data, target] = [paths.of("data"), paths.of("target")];
  mkdirSync(target);
  const options = { condition: null, comparison: null, increments: false } as const;
  await withLedis(data, (ledis) => {
    const members = Array.from({ length: 20_000 }, (_, i) => ({
      member: fromText(`m${i}`),
      score: i,
    }));
    ledis.select(0).zsets.add(fromText("z"), members, options);
  });
  changeRows(data, "DELETE FROM zcount WHERE level_first > x'02'");
  expect(mended(data, target).left).toEqual([]);
  await withLedis(target, (ledis) => {
    const { zsets } = ledis.select(0);
    for (const i of [0, 64, 8192, 12_345, 19_999]) {
      expect(zsets.rank(fromText("z"), fromText(`m${i}`), false)?.rank).toBe(i);
    }
    zsets.add(fromText("z"), [{ member: fromText("x"), score: 12_345.5 }], options);
    expect(zsets.rank(fromText("z"), fromText("m19999"), false)?.rank).toBe(20_000);
  });
  expect(problemsIn(target)).toEqual([]);
});
