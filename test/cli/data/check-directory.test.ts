import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { checkDirectory } from "../../../src/cli/data/check-directory.ts";
import {
  logPath,
  setAllTypes,
  setKeys,
  temporaryPaths,
  withLedis,
} from "../../support/offline-data.ts";
import { changeRows } from "../../support/stored-data.ts";

async function makeData(directory: string): Promise<void> {
  await withLedis(directory, (ledis) => setAllTypes(ledis, 20));
  await withLedis(directory, (ledis) => setKeys(ledis, "a", "b"));
}

test("a sound directory has neither problems nor notes", async () => {
  using paths = temporaryPaths();
  await makeData(paths.of("data"));
  const { problems, notes, isDatabaseDamaged, applied } = checkDirectory(paths.of("data"));
  expect({ problems, notes, isDatabaseDamaged }).toEqual({
    problems: [],
    notes: [],
    isDatabaseDamaged: false,
  });
  expect(applied?.file).toBe(2);
});

test("log and SQLite that do not belong together are told", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("other"), (ledis) => setKeys(ledis, "x"));
  await withLedis(paths.of("other"), (ledis) => setKeys(ledis, "y".repeat(500)));
  for (const [index, [change, problem]] of (
    [
      [
        (d: string) => copyFileSync(logPath(paths.of("other"), 2), logPath(d, 2)),
        "another database",
      ],
      [(d: string) => truncateSync(logPath(d, 2), 44), "it ends before 2:"],
      [(d: string) => rmSync(logPath(d, 2)), "ledis-bin.0000002: it is missing"],
      [(d: string) => rmSync(join(d, "ledis.db")), "ledis.db: it is missing"],
      [(d: string) => changeRows(d, "DELETE FROM applied"), "does not say which place"],
      [
        (d: string) => {
          rmSync(join(d, "ledis.db"));
          rmSync(logPath(d, 1));
        },
        "the log does not begin with file 1",
      ],
    ] as const
  ).entries()) {
    const data = paths.of(`data${index}`);
    await makeData(data);
    change(data);
    expect(checkDirectory(data).problems.join("\n")).toContain(problem);
  }
}, 60_000);

test("a log that is gone is worth a note", async () => {
  using paths = temporaryPaths();
  await makeData(paths.of("data"));
  rmSync(join(paths.of("data"), "bin_log"), { recursive: true });
  mkdirSync(join(paths.of("data"), "bin_log"));
  const { problems, notes } = checkDirectory(paths.of("data"));
  expect(problems).toEqual([]);
  expect(notes).toHaveLength(1);
});
