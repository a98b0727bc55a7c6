import { expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
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

const ledis = (...args: string[]) => runLedis(...args);
const apply = (directory: string, ...args: string[]) =>
  ledis("binlog", "--apply", "--data-dir", directory, ...args);

/** Offsets of the turns of a log file, and behind the last. */
async function placesIn(path: string): Promise<string[]> {
  const { stdout } = await ledis("binlog", path);
  return [...stdout.matchAll(/^# at (\S+)$/gm)].map(([, place]) => place!);
}

/** A master with a dump after "a", and then three log files: b, c and d are in the first, e and f in later ones. */
async function masterWithDump(paths: { of(name: string): string }): Promise<string[]> {
  const data = paths.of("master");
  await withLedis(data, async (master) => {
    await setAllTypes(master);
    await setKeys(master, "a");
  });
  const dumped = await ledis("dump", "--data-dir", data, "-o", paths.of("dump"));
  expect(dumped).toEqual({ status: 0, stdout: "", stderr: "" });
  await withLedis(data, (master) => setKeys(master, "b", "c", "d"));
  await withLedis(data, (master) => setKeys(master, "e"));
  await withLedis(data, (master) => setKeys(master, "f"));
  return [1, 2, 3, 4].map((file) => logPath(data, file));
}

test("a dump and the log files since give the master's state, and any state in between", async () => {
  using paths = temporaryPaths();
  const files = await masterWithDump(paths);
  const target = paths.of("copy");
  expect((await ledis("load", "--data-dir", target, paths.of("dump"))).status).toBe(0);
  expect(await keysIn(target, "a", "b")).toEqual(["a"]);
  const [, third] = await placesIn(files[1]!);
  const part = await apply(target, ...files, "--stop-position", third!);
  expect(part).toEqual({
    status: 0,
    stdout: `1 turns applied, the log ends at ${third}\n`,
    stderr: "",
  });
  expect(await keysIn(target, "a", "b", "c")).toEqual(["a", "b"]);
  const rest = await apply(target, ...files.toReversed());
  expect(rest).toMatchObject({ status: 0, stderr: "" });
  expect(rest.stdout).toStartWith("4 turns applied, the log ends at ledis-bin.0000004:");
  expect(await keysIn(target, "a", "b", "c", "d", "e", "f")).toHaveLength(6);
  expect(await digestOf(target)).toBe(await digestOf(paths.of("master")));
  // The same bytes at the same places.
  expect(readFileSync(logPath(target, 3)).equals(readFileSync(files[2]!))).toBe(true);
  const none = await apply(target, ...files);
  expect(none).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0 turns applied/) });
});

test("an empty directory begins with file 1, and with nothing else", async () => {
  using paths = temporaryPaths();
  const files = await masterWithDump(paths);
  const late = await apply(paths.of("late"), files[1]!);
  expect(late).toMatchObject({ status: 1, stdout: "" });
  expect(late.stderr).toContain("load a dump first");
  const past = await apply(paths.of("past"), files[0]!, "--stop-datetime", "2001-01-01 00:00:00");
  expect(past).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0 turns applied/) });
  expect((await apply(paths.of("whole"), ...files)).status).toBe(0);
  expect(await digestOf(paths.of("whole"))).toBe(await digestOf(paths.of("master")));
});

test("what does not follow is refused: a gap, another history, an unknown file", async () => {
  using paths = temporaryPaths();
  const files = await masterWithDump(paths);
  const target = paths.of("copy");
  await ledis("load", "--data-dir", target, paths.of("dump"));
  const gap = await apply(target, files[0]!, files[2]!);
  expect(gap.status).toBe(1);
  expect(gap.stderr).toContain("what comes in between is missing");
  await withLedis(paths.of("other"), (other) => setKeys(other, "x"));
  const foreign = await apply(target, logPath(paths.of("other"), 1));
  expect(foreign.status).toBe(1);
  expect(foreign.stderr).toContain("has another history");
  // A server that wrote of its own has left the history of the files.
  await withLedis(target, (own) => setKeys(own, "own"));
  const left = await apply(target, ...files);
  expect(left.status).toBe(1);
  expect(left.stderr).toContain("has another history");
  const unknown = await apply(target, paths.of("dump"));
  expect(unknown.stderr).toContain("no log file of this program");
  expect(await keysIn(target, "own", "b")).toEqual(["own"]);
});

test("a damaged file is applied as far as it is whole", async () => {
  using paths = temporaryPaths();
  const files = await masterWithDump(paths);
  const target = paths.of("copy");
  await ledis("load", "--data-dir", target, paths.of("dump"));
  const torn = paths.of("torn");
  copyFileSync(files[1]!, torn);
  truncateSync(torn, readFileSync(torn).length - 1);
  const { status, stdout, stderr } = await apply(target, files[0]!, torn);
  expect({ status, stdout: stdout.slice(0, 15) }).toEqual({ status: 1, stdout: "2 turns applied" });
  expect(stderr).toContain("ends within a turn");
  expect(await keysIn(target, "b", "c", "d")).toEqual(["b", "c"]);
});

test("a running server's directory is refused", async () => {
  await using server = await spawnServer();
  const data = join(server.directory, "data");
  const { status, stderr } = await apply(data, logPath(data, 1));
  expect(status).toBe(1);
  expect(stderr).toContain("another ledis process is using it");
});
