/** Kills master and slave at random moments, under load: afterwards both hold the same, and nothing was copied anew. */
import { expect, test } from "bun:test";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { eventually, replicationInfo } from "../support/replicas.ts";
import type { Argument, RespClient } from "../support/resp-client.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** More of them: `LEDIS_KILL_ROUNDS=50 bun test test/e2e/replication.test.ts`. */
const ROUNDS = Number(process.env["LEDIS_KILL_ROUNDS"] ?? 4);
const WRITERS = 3;

/** A random write of some type. */
function randomWrite(): Argument[] {
  const key = randomInt(30);
  const writes: Argument[][] = [
    ["SET", `s${key}`, "x".repeat(randomInt(500))],
    ["INCR", `n${key}`],
    ["HSET", `h${key}`, `f${randomInt(50)}`, randomInt(1000)],
    ["RPUSH", `l${key}`, randomInt(1000)],
    ["LPOP", `l${key}`],
    ["SADD", `u${key}`, randomInt(100)],
    ["ZADD", `z${key}`, randomInt(100), `m${randomInt(50)}`],
    ["BSETBIT", `b${key}`, randomInt(5000), 1],
    ["DEL", `${"shluz"[randomInt(5)]}${key}`],
    ["SET", `t${key}`, "soon", "PX", randomInt(1, 200)],
    ["HSET", `e${key}`, "f", 1, "g", 2],
    ["HPEXPIRE", `e${key}`, randomInt(1, 200), "FIELDS", 1, "f"],
    ["RENAME", `l${key}`, `l${randomInt(30)}`],
    ["COPY", `z${key}`, `z${randomInt(30)}`, "REPLACE"],
    ["SPOP", `u${key}`, 3],
    ["LINSERT", `l${key}`, "BEFORE", randomInt(1000), "x"],
    ["ZUNIONSTORE", `z${key}`, 2, `z${randomInt(30)}`, `u${key}`],
    [
      "EVAL",
      "redis.call('INCR', KEYS[1]) return redis.call('APPEND', KEYS[2], 'x')",
      2,
      `n${key}`,
      `s${key}`,
    ],
    randomInt(50) === 0 ? ["FLUSHDB"] : ["SWAPDB", 0, 1],
  ];
  return writes[randomInt(writes.length)]!;
}

/** Writes until the connection is lost. */
async function writeOn(client: RespClient): Promise<void> {
  try {
    for (;;) await client.pipeline(Array.from({ length: 20 }, randomWrite));
  } catch {}
}

async function digest(server: ServerProcess): Promise<unknown> {
  const client = await server.connect();
  const hex = await client.call("DEBUG", "DIGEST");
  client.close();
  expect(hex).toMatch(/^[0-9a-f]{40}$/);
  return hex;
}

async function infoOf(server: ServerProcess): Promise<Map<string, string>> {
  const client = await server.connect();
  const info = await replicationInfo(client);
  client.close();
  return info;
}

async function follow(slave: ServerProcess, master: ServerProcess): Promise<void> {
  const client = await slave.connect();
  await client.call("SLAVEOF", "127.0.0.1", master.port);
  client.close();
}

test("whoever is killed, master and slave end up with the same", async () => {
  using directory = temporaryDirectory();
  const start = (name: string, ...more: string[]) =>
    ServerProcess.start({
      directory: join(directory.path, name),
      arguments: ["--enable-debug-command", "yes", ...more],
    });
  // From its start on, or it would remove what has expired by itself, and have a history of its own.
  const startSlave = () => start("slave", "--slaveof", `127.0.0.1:${master.port}`);
  let master = await start("master");
  let slave = await startSlave();
  let copies = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const clients = await Promise.all(Array.from({ length: WRITERS }, () => master.connect()));
    const writers = clients.map(writeOn);
    await Bun.sleep(randomInt(50, 600));
    const victim = ["master", "slave", "both"][round % 3];
    if (victim !== "master") await slave.kill();
    if (victim !== "slave") await master.kill();
    else for (const client of clients) client.close();
    await Promise.all(writers);
    if (victim !== "slave") master = await start("master");
    if (victim !== "master") slave = await startSlave();
    else await follow(slave, master);
    // The link has to be up: two servers that hold nothing are equal also before a copy that is under way.
    const isEqual = async () => {
      const [one, other] = await Promise.all([infoOf(master), infoOf(slave)]);
      const isUp = other.get("master_link_status") === "up";
      return isUp && one.get("master_repl_offset") === other.get("master_repl_offset");
    };
    await eventually(`round ${round}: the slave has caught up`, isEqual, 20_000);
    // What expires meanwhile is removed by the master: look while nothing moves.
    await eventually(
      `round ${round}: both hold the same`,
      async () => (await digest(master)) === (await digest(slave)) && (await isEqual()),
    );
    const client = await master.connect();
    const [, count] = /sync_full:(\d+)/.exec(`${await client.call("INFO", "stats")}`) ?? [];
    client.close();
    copies = Math.max(copies, Number(count));
    if (round > 0 && victim !== "slave") expect(Number(count)).toBe(0);
  }
  expect(copies).toBeLessThanOrEqual(1);
  await Promise.all([slave.stop(), master.stop()]);
}, 300_000);

test("whoever is killed during a full copy, the slave has all of it in the end", async () => {
  using directory = temporaryDirectory();
  const start = (name: string, ...more: string[]) =>
    ServerProcess.start({
      directory: join(directory.path, name),
      arguments: ["--enable-debug-command", "yes", ...more],
    });
  let master = await start("master");
  const address = `127.0.0.1:${master.port}`;
  const writer = await master.connect();
  for (let i = 0; i < 100; i++) {
    const keys = Array.from({ length: 200 }, (_, j) => ["SET", `k${i}:${j}`, `${j}`.repeat(100)]);
    await writer.pipeline(keys);
  }
  let slave = await start("slave");
  for (let round = 0; round < Math.ceil(ROUNDS / 2); round++) {
    const client = await slave.connect();
    await client.call("SLAVEOF", "NO", "ONE");
    expect(await client.call("SET", "own", round)).toBe("OK");
    await follow(slave, master);
    await Bun.sleep(randomInt(0, 800));
    const victim = ["slave", "both", "master"][round % 3];
    if (victim !== "master") await slave.kill();
    if (victim !== "slave") await master.kill();
    if (victim !== "slave") master = await start("master", "--addr", address);
    if (victim !== "master") slave = await start("slave", "--slaveof", address);
    const isUp = async () => (await infoOf(slave)).get("master_link_status") === "up";
    await eventually(`round ${round}: the link is up`, isUp, 30_000);
    expect(await digest(slave)).toBe(await digest(master));
  }
  await Promise.all([slave.stop(), master.stop()]);
}, 300_000);
