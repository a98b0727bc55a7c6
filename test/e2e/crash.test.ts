/** Kills the server at random moments: what it acknowledged is there when it is back. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { randomInt } from "node:crypto";
import { closeSync, openSync, readSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { listLogFiles, logFilePath } from "../../src/binlog/log-files.ts";
import type { RespClient } from "../support/resp-client.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { WriteHistory } from "../support/write-history.ts";

const CONNECTIONS = 4;

function histories(valueBytesMax: number): WriteHistory[] {
  return Array.from({ length: CONNECTIONS }, (_, i) => new WriteHistory(`c${i}`, valueBytesMax));
}

/** Writes for a while from all connections, and kills the server in the middle of it. */
async function writeAndKill(server: ServerProcess, all: readonly WriteHistory[]): Promise<void> {
  const clients = await Promise.all(all.map(() => server.connect()));
  const writers = all.map((history, i) => history.write(clients[i]!));
  await Bun.sleep(randomInt(30, 500));
  await server.kill();
  await Promise.all(writers);
}

async function checkAll(
  server: ServerProcess,
  all: readonly WriteHistory[],
  mayLose = false,
): Promise<void> {
  const client = await server.connect();
  for (const history of all) await history.check(client, mayLose);
  client.close();
}

async function scanned(client: RespClient): Promise<string[]> {
  const keys: string[] = [];
  let cursor = "0";
  do {
    const [next, page] = (await client.call("SCAN", cursor, "COUNT", 100)) as [string, string[]];
    keys.push(...page);
    cursor = next;
  } while (cursor !== "0");
  return keys;
}

/** The counters, the rows and the file of SQLite agree. */
async function checkWhole(server: ServerProcess, all: readonly WriteHistory[], directory: string) {
  const client = await server.connect();
  const known = all.reduce((sum, history) => sum + history.keyCount, 0);
  expect(await client.call("DBSIZE")).toBe(known);
  expect(new Set(await scanned(client)).size).toBe(known);
  client.close();
  await server.stop();
  const db = new Database(join(directory, "ledis.db"), { readonly: true });
  expect(db.query("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  const counted = db.query("SELECT count(*) AS keys, count(expire_at) AS expires FROM keys").get();
  expect(db.query("SELECT keys, expires FROM spaces WHERE space = 0").get()).toEqual(counted);
  db.close();
}

async function killCycles(cycles: number, valueBytesMax: number, options: readonly string[]) {
  using directory = temporaryDirectory();
  const start = () => ServerProcess.start({ directory: directory.path, arguments: options });
  const all = histories(valueBytesMax);
  let acknowledged = 0;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const server = await start();
    await checkAll(server, all);
    await writeAndKill(server, all);
    acknowledged += all.reduce((sum, history) => sum + history.acknowledged, 0);
  }
  expect(acknowledged).toBeGreaterThan(cycles * 10);
  const server = await start();
  await checkAll(server, all);
  await checkWhole(server, all, directory.path);
}

/** So small that kills land in flushes, checkpoints, rotations and removals of files. */
const SMALL = [
  ..."--db.flush_interval 100 --db.flush_log_size 1mb --binlog.max_file_size 1mb".split(" "),
  ..."--binlog.max_file_num 1 --db.write_buffer_size 1mb --db.cache_size 1mb".split(" "),
];

test("what was acknowledged survives kill -9", async () => {
  await killCycles(8, 200, []);
}, 60_000);

test("what was acknowledged survives kill -9 amid flushes, rotations and removals", async () => {
  await killCycles(18, 20_000, SMALL);
}, 90_000);

test("what was acknowledged survives kill -9 with sync always", async () => {
  await killCycles(6, 2000, ["--sync", "always", ...SMALL]);
}, 60_000);

/** Damages the last bytes of the newest log file in one of several ways. */
function damage(directory: string, kind: number): void {
  const file = listLogFiles(directory).at(-1)!;
  const path = logFilePath(directory, file);
  const { size } = Bun.file(path);
  if (kind === 0) {
    truncateSync(path, size - randomInt(1, 200));
    return;
  }
  const fd = openSync(path, "r+");
  const at = size - randomInt(1, kind === 1 ? 100 : 5000);
  const bytes = new Uint8Array(1);
  readSync(fd, bytes, 0, 1, at);
  bytes[0]! ^= 1 << randomInt(8);
  writeSync(fd, bytes, 0, 1, at);
  closeSync(fd);
}

test("a torn or damaged end of the log costs the turns from there on, whole, and is told", async () => {
  using directory = temporaryDirectory();
  const options = ["--db.flush_interval", "3600000"];
  const start = () => ServerProcess.start({ directory: directory.path, arguments: options });
  const all = histories(200);
  let server = await start();
  for (let cycle = 0; cycle < 6; cycle++) {
    await writeAndKill(server, all);
    damage(join(directory.path, "bin_log"), cycle % 3);
    server = await start();
    await checkAll(server, all, true);
    expect(await server.kill()).toContain("cut the log at the first turn that is not whole");
    server = await start();
    await checkAll(server, all);
  }
  await checkWhole(server, all, directory.path);
}, 60_000);
