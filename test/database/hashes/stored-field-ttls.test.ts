import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { setAllTypes, temporaryPaths, withLedis } from "../../support/offline-data.ts";
import { changeRows, mended, problemsIn } from "../../support/stored-data.ts";

test("TTLs of fields that disagree are found, and those that have a field are kept", async () => {
  const header = "substr(value, 1, 13)";
  const cases: readonly (readonly [statement: string, problem: string])[] = [
    ["DELETE FROM field_ttl", "not the same in both orders"],
    ["DELETE FROM field_due", "not the same in both orders"],
    ["UPDATE field_ttl SET value = x'000000000001'", "a field's TTL has no field, or is not"],
    ["UPDATE field_ttl SET field = x'7a'", "a field's TTL has no field"],
    ["INSERT INTO field_ttl SELECT id, x'6d31', value FROM field_ttl", "both orders"],
    [
      `UPDATE keys SET value = CAST(${header} || x'000000000001000000000001000000000001' AS BLOB), expire_at = 1 WHERE key = CAST('hash' AS BLOB)`,
      "a field ends at another time",
    ],
    [
      `UPDATE keys SET value = ${header}, expire_at = NULL WHERE key = CAST('hash' AS BLOB)`,
      "it says 0 fields with a TTL, 1 are there",
    ],
  ];
  using paths = temporaryPaths();
  for (const [index, [statement, problem]] of cases.entries()) {
    const [data, target] = [paths.of(`data${index}`), paths.of(`target${index}`)];
    mkdirSync(target);
    await withLedis(data, (ledis) => setAllTypes(ledis, 5));
    changeRows(data, statement);
    expect({ statement, problems: problemsIn(data) }).toEqual({
      statement,
      problems: [expect.stringContaining(problem)],
    });
    expect({ statement, left: mended(data, target).left }).toEqual({ statement, left: [] });
  }
}, 60_000);
