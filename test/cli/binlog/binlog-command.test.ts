import { expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { fromText } from "../../../src/bytes/bytes.ts";
import { logPath, setKeys, temporaryPaths, withLedis } from "../../support/offline-data.ts";
import { runLedis, spawnServer } from "../../support/spawn-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const binlog = (...args: string[]) => runLedis("binlog", ...args);
const vectors = join(import.meta.dir, "../../vectors");

/** Without times, and without the file's header. */
function rows(stdout: string): string[] {
  const lines = stdout.split("\n").slice(0, -1);
  return lines
    .filter((line) => !line.startsWith("# ledis-bin"))
    .map((line) => line.replace(/^2[-\d]+ [:\d]+ /, ""));
}

test("a file of LedisDB v0.1 is shown as its own tool shows it", async () => {
  const { status, stdout, stderr } = await binlog(join(vectors, "ledisdb-bin.0000001"));
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toBe(readFileSync(join(vectors, "ledisdb-bin.0000001.txt"), "utf8"));
  const one = await binlog(join(vectors, "ledisdb-bin.0000001"), "-db", "3", "--key", "b*");
  expect(rows(one.stdout)).toEqual(['PUT DB: 3 kv "bin" "\\x00\\xff\\r\\n"']);
});

test("the log of a running server is shown, with names from the log and from SQLite", async () => {
  await using server = await spawnServer();
  const data = join(server.directory, "data");
  await using client = await server.connect();
  await client.call("HSET", "h", "f", "v");
  await client.call("SELECT", "2");
  await client.call("SET", "old", "x");
  await client.call("FLUSHDB");
  await client.call("SET", "k", "v");
  const { status, stdout } = await binlog("--data-dir", data);
  expect(status).toBe(0);
  expect(stdout).toStartWith("# ledis-bin.0000001: format 1, begun 2");
  const shown = rows(stdout).filter((line) => !line.startsWith("# at"));
  expect(shown).toContain('PUT DB: 0 hash "h" "f" "v"');
  expect(shown.at(-1)).toBe('PUT DB: 2 kv "k" "v"');
  await client.call("SAVE");
  await client.call("BINLOG", "ROTATE");
  await client.call("SET", "k", "w");
  await client.call("SELECT", "0");
  await client.call("HSET", "h", "g", "w");
  const file = logPath(data, 2);
  const alone = await binlog(file);
  expect(rows(alone.stdout)).toContain('PUT DB: ? kv "k" "w"');
  const named = await binlog("--data-dir", data, file);
  expect(rows(named.stdout)).toContain('PUT DB: 2 kv "k" "w"');
  expect(rows(named.stdout)).toContain('PUT DB: 0 hash "h" "g" "w"');
});

test("filters by database, key, time and place leave whole turns' places", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("data"), async (ledis) => {
    await setKeys(ledis, "a", "b", "c");
    ledis.select(1).strings.set(fromText("a"), fromText("other"));
  });
  const file = logPath(paths.of("data"), 1);
  const all = rows((await binlog(file)).stdout);
  expect(all.length).toBe(8);
  expect(rows((await binlog(file, "-db", "1")).stdout)).toEqual(all.slice(6));
  expect(rows((await binlog(file, "--key", "[bc]")).stdout)).toEqual(all.slice(2, 6));
  const second = all[2]!.replace("# at ", "");
  const fourth = all[6]!.replace("# at ", "");
  const span = ["--start-position", second, "--stop-position", fourth];
  expect(rows((await binlog(file, ...span)).stdout)).toEqual(all.slice(2, 6));
  const future = ["--start-datetime", "2199-01-01 00:00:00"];
  expect(rows((await binlog(file, ...future)).stdout)).toEqual([]);
  expect(rows((await binlog(file, "-stop-datetime", "2199-01-01 00:00:00")).stdout)).toEqual(all);
  const json = (await binlog(file, "--json", "-db", "1")).stdout.trim().split("\n");
  expect(JSON.parse(json[0]!)).toMatchObject({ event: "file", file: 1, base: 0 });
  expect(JSON.parse(json[1]!)).toMatchObject({ event: "put", db: 1, name: "kv", value: "other" });
});

test("a torn end and damage are told, and what stands before is shown", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("data"), (ledis) => setKeys(ledis, "a", "b"));
  const file = logPath(paths.of("data"), 1);
  const copy = paths.of("copy");
  copyFileSync(file, copy);
  truncateSync(copy, readFileSync(copy).length - 3);
  const torn = await binlog(copy, file);
  expect(torn.status).toBe(1);
  expect(torn.stderr).toMatch(
    /^ledis: binlog: \S+copy: it ends within a turn, at offset \d+ of \d+\n$/,
  );
  expect(rows(torn.stdout).length).toBe(2 + 4);
  const bytes = readFileSync(file);
  bytes[60]! ^= 1;
  await Bun.write(copy, bytes);
  const damaged = await binlog(copy);
  expect(damaged.status).toBe(1);
  expect(damaged.stderr).toContain("damaged at offset 44");
  bytes[20]! ^= 1;
  await Bun.write(copy, bytes);
  expect((await binlog(copy)).stderr).toContain("its file header is damaged");
});

test("wrong usage is one line and status 2, help is long", async () => {
  for (const args of [
    [],
    ["--nosuch"],
    ["x", "--start-datetime", "noon"],
    ["x", "--db", "-x"],
    ["--apply", "x"],
    ["--apply", "--data-dir", "x"],
    ["--apply", "--data-dir", "x", "y", "--json"],
  ]) {
    const { status, stdout, stderr } = await binlog(...args);
    expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: "" });
    expect(stderr).toMatch(/^ledis: binlog: [^\n]+, see ledis binlog --help\n$/);
  }
  const gone = await binlog("/nosuch");
  expect(gone).toMatchObject({ status: 1, stdout: "" });
  expect(gone.stderr).toMatch(/^ledis: binlog: ENOENT[^\n]+\n$/);
  expect((await binlog("--help")).stdout).toStartWith("Usage: ledis binlog ");
});
