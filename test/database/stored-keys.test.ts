import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { fromText } from "../../src/bytes/bytes.ts";
import { setAllTypes, setKeys, temporaryPaths, withLedis } from "../support/offline-data.ts";
import { changeRows, mended, problemsIn } from "../support/stored-data.ts";

/** A database with all types, a key with a TTL, a flushed database and a renamed key. */
async function makeData(directory: string): Promise<void> {
  await withLedis(directory, async (ledis) => {
    await setAllTypes(ledis, 10);
    await setKeys(ledis, "a");
    const other = ledis.select(2);
    other.strings.set(fromText("old"), fromText("x"));
    other.clear();
    other.strings.set(fromText("ttl"), fromText("x"), 4_102_444_800_000);
  });
}

test("a database that a server has left is sound", async () => {
  using paths = temporaryPaths();
  await makeData(paths.of("data"));
  expect(problemsIn(paths.of("data"))).toEqual([]);
});

test("each disagreement is found, and mended", async () => {
  const cases: readonly (readonly [statement: string, problem: string])[] = [
    ["UPDATE spaces SET keys = keys + 1 WHERE space = 0", "its counters say 9 and 0"],
    ["DELETE FROM spaces WHERE space = 65536", "its counters say 0 and 0"],
    ["UPDATE keys SET expire_at = 5 WHERE key = x'61'", "its TTL is not the one that is indexed"],
    ["UPDATE keys SET value = x'' WHERE key = x'61'", "its row is damaged"],
    ["UPDATE keys SET value = x'020000' WHERE key = x'61'", "its row is damaged"],
    ["INSERT INTO garbage VALUES ('collection', 1)", "listed as garbage"],
    ["INSERT INTO garbage VALUES ('space', 65536)", "listed as garbage, but a database has it"],
    ["INSERT INTO keys VALUES (70000, x'61', x'0161', NULL)", "no database has it"],
    ["DELETE FROM keys WHERE key = CAST('hash' AS BLOB)", "have rows of kind 2, but no key"],
    [
      "INSERT INTO keys SELECT space, x'7a7a', value, NULL FROM keys WHERE key = CAST('hash' AS BLOB)",
      "another key has the same elements",
    ],
    ["DELETE FROM meta WHERE name = CAST('next-id' AS BLOB)", "was never given out"],
  ];
  using paths = temporaryPaths();
  for (const [index, [statement, problem]] of cases.entries()) {
    const [data, target] = [paths.of(`data${index}`), paths.of(`target${index}`)];
    mkdirSync(target);
    await makeData(data);
    changeRows(data, statement);
    expect({ statement, problems: problemsIn(data).join("\n") }).toEqual({
      statement,
      problems: expect.stringContaining(problem),
    });
    expect({ statement, left: mended(data, target).left }).toEqual({ statement, left: [] });
  }
}, 60_000);
