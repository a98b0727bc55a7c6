import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkDirectory } from "../../../src/cli/data/check-directory.ts";
import {
  digestOf,
  keysIn,
  setAllTypes,
  setKeys,
  temporaryPaths,
  withLedis,
} from "../../support/offline-data.ts";
import { runLedis, spawnServer } from "../../support/spawn-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const load = (...args: string[]) => runLedis("load", ...args);

async function makeDump(paths: { of(name: string): string }): Promise<string> {
  await withLedis(paths.of("from"), (ledis) => setAllTypes(ledis, 300));
  await runLedis("dump", "--data-dir", paths.of("from"), "-o", paths.of("dump"));
  return paths.of("dump");
}

test("a dump is loaded into a new directory, and the place is told", async () => {
  using paths = temporaryPaths();
  const dump = await makeDump(paths);
  const { status, stdout, stderr } = await load("--data-dir", paths.of("to"), dump);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^MASTER_LOG_FILE='ledis-bin\.0000001', MASTER_LOG_POS=\d+;\nLoad OK\n$/);
  expect(await digestOf(paths.of("to"))).toBe(await digestOf(paths.of("from")));
  expect(checkDirectory(paths.of("to")).problems).toEqual([]);
  const again = await load("--data-dir", paths.of("to"), "-dump_file", dump);
  expect(again).toMatchObject({ status: 1, stdout: "" });
  expect(again.stderr).toContain("--force replaces it");
});

test("with --force what was there is kept aside", async () => {
  using paths = temporaryPaths();
  const dump = await makeDump(paths);
  const to = paths.of("to");
  await withLedis(to, (ledis) => setKeys(ledis, "old"));
  expect((await load("--data-dir", to, "--force", dump)).status).toBe(0);
  expect(await digestOf(to)).toBe(await digestOf(paths.of("from")));
  const [aside] = readdirSync(to).filter((name) => name.startsWith("replaced-"));
  expect(await keysIn(join(to, aside!), "old")).toEqual(["old"]);
});

test("a dump that is cut or changed anywhere leaves what was there as it was", async () => {
  using paths = temporaryPaths();
  const dump = await makeDump(paths);
  const to = paths.of("to");
  await withLedis(to, (ledis) => setKeys(ledis, "old"));
  const whole = readFileSync(dump);
  const changes: (() => void)[] = [
    () => truncateSync(dump, whole.length - 1),
    () => truncateSync(dump, whole.length - 17),
    () => truncateSync(dump, 20),
    () => writeFileSync(dump, Buffer.concat([whole, whole.subarray(-17)])),
    () => writeFileSync(dump, "REDIS0011"),
    () => writeFileSync(dump, "ledis"),
    () => writeFileSync(dump, ""),
    ...[5, 30, 90, whole.length - 3].map((at) => () => {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1;
      writeFileSync(dump, bytes);
    }),
  ];
  for (const change of changes) {
    writeFileSync(dump, whole);
    change();
    const { status, stdout, stderr } = await load("--data-dir", to, "--force", dump);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^ledis: load: [^\n]+\n$/);
    expect(existsSync(join(to, "fullsync"))).toBe(false);
  }
  expect(await keysIn(to, "old")).toEqual(["old"]);
});

test("a running server's directory is refused, wrong usage is status 2", async () => {
  using paths = temporaryPaths();
  const dump = await makeDump(paths);
  await using server = await spawnServer();
  const busy = await load("--data-dir", join(server.directory, "data"), "--force", dump);
  expect(busy.status).toBe(1);
  expect(busy.stderr).toContain("another ledis process is using it");
  for (const args of [[], ["a", "b"], ["--nosuch"]]) {
    expect((await load(...args)).status).toBe(2);
  }
  expect((await load("/nosuch")).status).toBe(1);
  expect((await load("--help")).stdout).toStartWith("Usage: ledis load ");
});
