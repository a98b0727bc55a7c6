/** Kills the server at random moments: what it acknowledged is there when it is back. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { randomInt } from "node:crypto";
import { appendFileSync, closeSync, openSync, readSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { FILE_HEADER_BYTES } from "../../src/binlog/event.ts";
import { listLogFiles, logFilePath } from "../../src/binlog/log-files.ts";
import { QueueHistory } from "../support/queue-history.ts";
import type { RespClient } from "../support/resp-client.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { WriteHistory } from "../support/write-history.ts";

/** Connections that write, each to a database of its own; queues are in the one behind. */
const CONNECTIONS = 3;
/** `LEDIS_CRASH_FACTOR=20 bun test test/e2e/crash.test.ts` kills 20 times as often. */
const FACTOR = Number(process.env["LEDIS_CRASH_FACTOR"] ?? 1);
const LIMIT_MS = 60_000 * FACTOR;

class Load {
  readonly histories: readonly WriteHistory[];
  readonly queues = new QueueHistory(CONNECTIONS);

  constructor(valueBytesMax: number) {
    this.histories = Array.from(
      { length: CONNECTIONS },
      (_, database) => new WriteHistory(database, valueBytesMax),
    );
  }

  /** Writes for a while from all connections, and kills the server in the middle of it. */
  async writeAndKill(server: ServerProcess): Promise<void> {
    const clients = await Promise.all(this.histories.map(() => server.connect()));
    const consumers = await Promise.all(Array.from({ length: 4 }, () => server.connect()));
    const writers = this.histories.map((history, i) => history.write(clients[i]!));
    const queues = this.queues.write(consumers);
    const ended = Promise.all([...writers, queues]);
    // They end before the server only by an error.
    await Promise.race([ended, Bun.sleep(randomInt(20, 250))]);
    await server.kill();
    await ended;
  }

  async check(server: ServerProcess, mayLose = false): Promise<void> {
    const client = await server.connect();
    for (const history of this.histories) await history.check(client, mayLose);
    await this.queues.check(client, mayLose);
    client.close();
  }

  get acknowledged(): number {
    return this.histories.reduce((sum, history) => sum + history.acknowledged, 0);
  }
}

/** The counters, the rows and the file of SQLite agree. */
async function checkWhole(server: ServerProcess, directory: string) {
  const client = await server.connect();
  const sizes: number[] = [];
  for (let database = 0; database < CONNECTIONS; database++) {
    await client.call("SELECT", database);
    sizes.push(Number(await client.call("DBSIZE")));
    expect(new Set(await scanned(client)).size).toBe(sizes[database]!);
  }
  client.close();
  await server.stop();
  const db = new Database(join(directory, "ledis.db"), { readonly: true });
  expect(db.query("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  const counted = db
    .query("SELECT space, count(*) AS keys, count(expire_at) AS expires FROM keys GROUP BY space")
    .all();
  expect(db.query("SELECT * FROM spaces WHERE keys > 0 ORDER BY space").all()).toEqual(counted);
  db.close();
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

async function killCycles(cycles: number, valueBytesMax: number, options: readonly string[]) {
  using directory = temporaryDirectory();
  const setup = { directory: directory.path, arguments: options };
  const start = () => ServerProcess.start(setup);
  const load = new Load(valueBytesMax);
  let acknowledged = 0;
  for (let cycle = 0; cycle < cycles * FACTOR; cycle++) {
    const server = await start();
    await load.check(server);
    await load.writeAndKill(server);
    acknowledged += load.acknowledged;
    // Recovery may be killed too, and be recovered from.
    if (cycle % 3 === 0) await ServerProcess.startAndKill(setup, randomInt(100, 400));
  }
  expect(acknowledged).toBeGreaterThan(cycles * 10);
  expect(load.queues.taken).toBeGreaterThan(cycles);
  const server = await start();
  await load.check(server);
  await checkWhole(server, directory.path);
}

/** So small that kills land in flushes, checkpoints, rotations and removals of files. */
const SMALL = [
  ..."--db.flush_interval 100 --db.flush_log_size 1mb --binlog.max_file_size 1mb".split(" "),
  ..."--binlog.max_file_num 1 --db.write_buffer_size 1mb --db.cache_size 1mb".split(" "),
];

test(
  "what was acknowledged survives kill -9, of all types",
  async () => {
    await killCycles(10, 100, []);
  },
  LIMIT_MS,
);

test(
  "what was acknowledged survives kill -9 amid flushes, rotations and removals",
  async () => {
    await killCycles(18, 5000, SMALL);
  },
  LIMIT_MS,
);

test(
  "what was acknowledged survives kill -9 with sync always",
  async () => {
    await killCycles(6, 1000, ["--sync", "always", ...SMALL]);
  },
  LIMIT_MS,
);

/** The newest log file and its size. */
function logEnd(directory: string): { path: string; size: number } {
  const path = logFilePath(directory, listLogFiles(directory).at(-1)!);
  return { path, size: Bun.file(path).size };
}

/** Bytes of turns that have come since the log ended at `before`: those may be in SQLite, and must stay. */
function newBytes(directory: string, before: ReturnType<typeof logEnd>): number {
  const { path, size } = logEnd(directory);
  return size - (path === before.path ? before.size : FILE_HEADER_BYTES);
}

/** Damages one of the log's last bytes, of so many at most, in one of several ways. */
function damage(directory: string, bytesMax: number, kind: number): void {
  const { path, size } = logEnd(directory);
  const at = size - Math.min(randomInt(1, [200, 100, 5000][kind]!), bytesMax);
  if (kind === 0) {
    truncateSync(path, at);
    // A turn may end just there, and the log would be whole: so the next one has begun.
    appendFileSync(path, Uint8Array.of(0));
    return;
  }
  const fd = openSync(path, "r+");
  const bytes = new Uint8Array(1);
  readSync(fd, bytes, 0, 1, at);
  bytes[0]! ^= 1 << randomInt(8);
  writeSync(fd, bytes, 0, 1, at);
  closeSync(fd);
}

test(
  "a torn or damaged end of the log costs the turns from there on, whole, and is told",
  async () => {
    using directory = temporaryDirectory();
    const options = ["--db.flush_interval", "3600000"];
    const start = () => ServerProcess.start({ directory: directory.path, arguments: options });
    const load = new Load(200);
    const logs = join(directory.path, "bin_log");
    let server = await start();
    for (let cycle = 0; cycle < 6 * FACTOR; cycle++) {
      const before = logEnd(logs);
      await load.writeAndKill(server);
      while (newBytes(logs, before) <= 0) {
        // It was too soon.
        server = await start();
        await load.check(server);
        await load.writeAndKill(server);
      }
      damage(logs, newBytes(logs, before), cycle % 3);
      server = await start();
      await load.check(server, true);
      expect(await server.kill()).toContain("cut the log at the first turn that is not whole");
      server = await start();
      await load.check(server);
    }
    await checkWhole(server, directory.path);
  },
  LIMIT_MS,
);
