import { expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkDirectory } from "../../../src/cli/data/check-directory.ts";
import { rebuildDirectory, unreadableLog } from "../../../src/cli/data/rebuild-directory.ts";
import {
  digestOf,
  logPath,
  setAllTypes,
  setKeys,
  temporaryPaths,
  withLedis,
} from "../../support/offline-data.ts";

async function makeData(directory: string): Promise<void> {
  await withLedis(directory, (ledis) => setAllTypes(ledis, 500));
  await withLedis(directory, (ledis) => setKeys(ledis, "a", "b"));
}

function rebuild(directory: string): string[] {
  const lines: string[] = [];
  const check = checkDirectory(directory);
  const unreadable = unreadableLog(check);
  if (unreadable !== null) lines.push(unreadable);
  rebuildDirectory(directory, check, (line) => lines.push(line));
  return lines;
}

test("without SQLite the whole log gives the whole database, and a history of its own", async () => {
  using paths = temporaryPaths();
  const data = paths.of("data");
  await makeData(data);
  const whole = await digestOf(data);
  writeFileSync(join(data, "ledis.db"), "no database");
  rebuild(data);
  expect(await digestOf(data)).toBe(whole);
  expect(checkDirectory(data).problems).toEqual([]);
  expect(readdirSync(join(data, "bin_log"))).toEqual(["ledis-bin.0000003"]);
  const [aside] = readdirSync(data).filter((name) => name.startsWith("damaged-"));
  expect(readFileSync(join(data, aside!, "ledis.db"), "utf8")).toBe("no database");
}, 60_000);

test("a log that breaks behind what SQLite holds is repeated up to there, and that is said", async () => {
  using paths = temporaryPaths();
  const data = paths.of("data");
  await makeData(data);
  rmSync(join(data, "ledis.db"));
  const bytes = readFileSync(logPath(data, 2));
  bytes[60]! ^= 1;
  writeFileSync(logPath(data, 2), bytes);
  expect(rebuild(data)[0]).toContain("cannot be read on from ledis-bin.0000002:44");
  await withLedis(data, (ledis) => {
    expect(ledis.select(0).strings.get(Buffer.from("a"))).toBeNull();
    expect(ledis.select(0).hashes.size(Buffer.from("hash"))).toBe(500);
  });
}, 60_000);

test("when nothing can be read nothing is changed", async () => {
  using paths = temporaryPaths();
  const data = paths.of("data");
  await makeData(data);
  writeFileSync(join(data, "ledis.db"), "no database");
  for (const file of [1, 2]) writeFileSync(logPath(data, file), "x");
  expect(() => rebuild(data)).toThrow("nothing could be read");
  expect(
    readdirSync(data)
      .filter((name) => !/-(wal|shm)$/.test(name))
      .sort(),
  ).toEqual(["bin_log", "ledis.db", "ledis.lock"]);
});
