import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveCopy } from "../../support/copy-server.ts";
import {
  digestOf,
  keysIn,
  logPath,
  setAllTypes,
  setKeys,
  temporaryPaths,
  withLedis,
} from "../../support/offline-data.ts";
import { runLedis, spawnServer } from "../../support/spawn-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const backup = (...args: string[]) => runLedis("backup", ...args);
const SAID = /^MASTER_LOG_FILE='ledis-bin\.\d{7}', MASTER_LOG_POS=\d+;\nBackup OK\n$/;

test("a server starts from a backup, and log files of the original follow on it", async () => {
  using paths = temporaryPaths();
  const [data, to] = [paths.of("data"), paths.of("to")];
  await withLedis(data, async (ledis) => {
    await setAllTypes(ledis, 300);
    using server = await serveCopy(ledis.keyspace);
    const { status, stdout, stderr } = await backup("--addr", server.address, "--to", to);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(SAID);
  });
  expect(await digestOf(to)).toBe(await digestOf(data));
  await withLedis(data, (ledis) => setKeys(ledis, "later"));
  const files = [logPath(data, 1), logPath(data, 2)];
  expect((await runLedis("binlog", "--apply", "--data-dir", to, ...files)).status).toBe(0);
  expect(await keysIn(to, "later")).toEqual(["later"]);
});

test("a running server with a password is backed up and dumped alike", async () => {
  using paths = temporaryPaths();
  await using server = await spawnServer(["--requirepass", "pw"]);
  await using client = await server.connect();
  await client.call("AUTH", "pw");
  for (let i = 0; i < 2000; i++) client.send("RPUSH", "list", `${i}`);
  for (let i = 0; i < 2000; i++) await client.readPlain();
  const options = ["--addr", `127.0.0.1:${server.port}`, "--password", "pw"];
  const outcome = await backup(...options, "--to", paths.of("to"));
  expect(outcome).toMatchObject({ status: 0, stdout: expect.stringMatching(SAID), stderr: "" });
  expect((await runLedis("dump", ...options, "-o", paths.of("dump"))).status).toBe(0);
  expect((await runLedis("load", "--data-dir", paths.of("two"), paths.of("dump"))).status).toBe(0);
  expect(await digestOf(paths.of("two"))).toBe(await digestOf(paths.of("to")));
  expect((await runLedis("repair", "--check", "--data-dir", paths.of("to"))).status).toBe(0);
});

test("the directory of a stopped server is copied with its log", async () => {
  using paths = temporaryPaths();
  const [data, to] = [paths.of("data"), paths.of("to")];
  for (const key of ["a", "b"]) await withLedis(data, (ledis) => setKeys(ledis, key));
  mkdirSync(to);
  const { status, stdout } = await backup("--data-dir", data, "--to", to);
  expect({ status, said: SAID.test(stdout) }).toEqual({ status: 0, said: true });
  expect(readdirSync(join(to, "bin_log"))).toEqual(["ledis-bin.0000001", "ledis-bin.0000002"]);
  expect(await keysIn(to, "a", "b")).toEqual(["a", "b"]);
});

test("a backup that fails leaves nothing behind", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("data"), async (ledis) => {
    await setAllTypes(ledis, 300);
    for (const faults of [{ closesAfter: 1 }, { endsAfter: 1 }, { damagesAfter: 0 }]) {
      using server = await serveCopy(ledis.keyspace, faults);
      const outcome = await backup("--addr", server.address, "--to", paths.of("to"));
      expect(outcome).toMatchObject({ status: 1, stdout: "" });
      expect(outcome.stderr).toMatch(/^ledis: backup: [^\n]+\n$/);
    }
  });
  expect(readdirSync(paths.of(""))).toEqual(["data"]);
});

test("a directory in use, a target that is not empty and wrong usage are refused", async () => {
  using paths = temporaryPaths();
  await using server = await spawnServer();
  const data = join(server.directory, "data");
  mkdirSync(paths.of("full"));
  writeFileSync(join(paths.of("full"), "x"), "");
  for (const [args, status, message] of [
    [["--data-dir", data, "--to", paths.of("to")], 1, "another ledis process is using it"],
    [["--data-dir", data, "--to", paths.of("full")], 1, "is not empty"],
    [["--data-dir", "/nosuch", "--to", paths.of("to")], 1, "does not exist"],
    [[], 2, "where?"],
    [["--to", "x", "--addr", "h:1", "--data-dir", "y"], 2, "either a server or"],
  ] as const) {
    const outcome = await backup(...args);
    expect({ args, status: outcome.status }).toEqual({ args, status });
    expect(outcome.stderr).toContain(message);
  }
  expect(readdirSync(paths.of(""))).toEqual(["full"]);
});
