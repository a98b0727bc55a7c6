import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  digestOf,
  logPath,
  setAllTypes,
  setKeys,
  temporaryPaths,
  withLedis,
} from "../../support/offline-data.ts";
import { runLedis, spawnServer } from "../../support/spawn-server.ts";
import { changeRows } from "../../support/stored-data.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const repair = (...args: string[]) => runLedis("repair", ...args);

async function makeData(directory: string): Promise<void> {
  await withLedis(directory, (ledis) => setAllTypes(ledis, 500));
  await withLedis(directory, (ledis) => setKeys(ledis, "a", "b"));
}

/** Everything below a directory but what locking and reading leave. */
function contentOf(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => !/lock$|-shm$|-wal$|bin_log$/.test(name));
  return files.map((name) => `${name} ${Bun.hash(readFileSync(join(directory, name)))}`);
}

test("a sound directory is told, and left as it is; so is what a crash leaves", async () => {
  using paths = temporaryPaths();
  const data = paths.of("data");
  await makeData(data);
  for (const prepare of [() => {}, () => writeFileSync(logPath(data, 2), "half", { flag: "a" })]) {
    prepare();
    const before = contentOf(data);
    for (const args of [["--check"], []]) {
      const { status, stdout, stderr } = await repair("--data-dir", data, ...args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toEndWith(`${data}: sound\n`);
    }
    expect(contentOf(data)).toEqual(before);
  }
});

test("damage is told by --check and repaired without it", async () => {
  using paths = temporaryPaths();
  const data = paths.of("data");
  await makeData(data);
  const whole = await digestOf(data);
  changeRows(data, "UPDATE spaces SET keys = 99", "DELETE FROM zscore");
  const before = contentOf(data);
  const check = await repair("--data-dir", data, "--check");
  expect(check).toMatchObject({ status: 1, stderr: "" });
  expect(check.stdout).toContain("its counters say 99 and");
  expect(check.stdout).toEndWith(`${data}: damaged\n`);
  expect(contentOf(data)).toEqual(before);
  const repaired = await repair("--data-dir", data);
  expect(repaired).toMatchObject({ status: 1, stderr: "" });
  expect(repaired.stdout).toEndWith(`${data}: repaired\n`);
  expect(await digestOf(data)).toBe(whole);
  expect((await repair("--data-dir", data)).status).toBe(0);
  await using server = await spawnServer([], join(data, ".."));
  await using client = await server.connect();
  expect(await client.call("ZRANGE", "zset", "0", "0")).toEqual(["m0"]);
});

test("a running server's directory is refused, and so is wrong usage", async () => {
  await using server = await spawnServer();
  const data = join(server.directory, "data");
  for (const args of [["--check"], []]) {
    const { status, stdout, stderr } = await repair("--data-dir", data, ...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toBe(`ledis: repair: Cannot open ${data}: another ledis process is using it\n`);
  }
  for (const args of [[], ["--data-dir", data, "x"], ["--nosuch"]]) {
    expect((await repair(...args)).status).toBe(2);
  }
  const none = await repair("--data-dir", server.directory);
  expect(none).toMatchObject({ status: 1, stderr: expect.stringContaining("holds no database") });
  expect((await repair("--help")).stdout).toStartWith("Usage: ledis repair ");
});
