import { expect, test } from "bun:test";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { keepLog } from "../support/keep-log.ts";
import {
  caughtUp,
  digestOf,
  eventually,
  follow,
  linkOf,
  writeAllTypes,
} from "../support/replicas.ts";
import { startServer } from "../support/start-server.ts";

keepLog();

/** How long random faults go on behind the writes, in ms. */
const FAULTS_MS = Number(process.env["LEDIS_FAULTS_MS"] ?? 500);

async function startPair() {
  const master = await startServer({ "enable-debug-command": "yes" });
  const slave = await startServer({ "enable-debug-command": "yes", "repl-timeout": "1" });
  const at = await master.connect();
  const to = await slave.connect();
  return {
    ...{ master, slave, at, to },
    async [Symbol.asyncDispose]() {
      await slave[Symbol.asyncDispose]();
      await master[Symbol.asyncDispose]();
    },
  };
}

test("cut connections lose nothing and repeat nothing", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  using proxy = new FaultyProxy(master.port);
  await writeAllTypes(at, 0);
  await to.call("SLAVEOF", "127.0.0.1", proxy.port);
  for (let round = 1; round <= 300; round++) {
    await writeAllTypes(at, round);
    if (round % 30 !== 0) continue;
    await eventually("the link is up", () => linkOf(slave) === "connected");
    proxy.cut();
    await eventually("the link is down", () => linkOf(slave) !== "connected");
  }
  await caughtUp(slave, master);
  expect(await digestOf(to)).toEqual(await digestOf(at));
  await eventually("the link is up", () => linkOf(slave) === "connected");
  expect(proxy.connections).toBeGreaterThan(10);
  expect(master.app.replication.status().counts).toEqual({ full: 1, partial: 10, refused: 1 });
}, 60_000);

test("bytes that come one by one and late are put together", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  using proxy = new FaultyProxy(master.port);
  proxy.delayMs = 3;
  proxy.change = (bytes) =>
    bytes.length > 2000 ? [bytes] : Array.from(bytes, (byte) => Uint8Array.of(byte));
  await writeAllTypes(at, 0);
  await to.call("SLAVEOF", "127.0.0.1", proxy.port);
  for (let round = 1; round <= 60; round++) await writeAllTypes(at, round);
  await caughtUp(slave, master);
  expect(await digestOf(to)).toEqual(await digestOf(at));
}, 60_000);

test("a master that falls silent is given up, and found again", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  using proxy = new FaultyProxy(master.port);
  await to.call("SLAVEOF", "127.0.0.1", proxy.port);
  await eventually("the link is up", () => linkOf(slave) === "connected");
  proxy.isDead = true;
  await eventually("the link is down", () => linkOf(slave) !== "connected");
  expect(slave.app.replication.status().master!.error).toContain("did not answer");
  await writeAllTypes(at, 1);
  proxy.isDead = false;
  proxy.cut();
  await caughtUp(slave, master);
  expect(await digestOf(to)).toEqual(await digestOf(at));
  expect(master.app.replication.status().counts.full).toBe(1);
}, 60_000);

test("damaged bytes change nothing, and are fetched again", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  await writeAllTypes(at, 0);
  using proxy = new FaultyProxy(master.port);
  let damage = 0;
  proxy.change = (bytes) => {
    // Behind lengths and heads: in what only a checksum guards.
    if (damage > 0 && bytes.length > 300) {
      damage--;
      bytes[bytes.length - 150]! ^= 0x10;
    }
    return [bytes];
  };
  damage = 2;
  await to.call("SET", "old", "stays until the copy is whole");
  await to.call("SLAVEOF", "127.0.0.1", proxy.port);
  await eventually("the copy was refused", () => damage === 0 || linkOf(slave) === "connected");
  await caughtUp(slave, master);
  expect(await digestOf(to)).toEqual(await digestOf(at));
  damage = 2;
  for (let round = 1; round <= 20; round++) await writeAllTypes(at, round);
  await caughtUp(slave, master);
  expect(damage).toBe(0);
  expect(await digestOf(to)).toEqual(await digestOf(at));
}, 60_000);

test("writes during the copy are not lost, and clients that read meanwhile wait", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  for (let round = 0; round < 300; round++) await writeAllTypes(at, round);
  await to.call("SLAVEOF", "127.0.0.1", master.port);
  let round = 300;
  const values: unknown[] = [];
  while (linkOf(slave) !== "connected") {
    await writeAllTypes(at, round++);
    values.push(await to.call("GET", "r3"));
  }
  expect(values.every((value) => value === null || typeof value === "string")).toBe(true);
  await caughtUp(slave, master);
  expect(await digestOf(to)).toEqual(await digestOf(at));
}, 60_000);

test("a slave that copies again after its master went another way has that way's data", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  await writeAllTypes(at, 1);
  await follow(slave, master);
  for (let turn = 0; turn < 3; turn++) {
    await to.call("SLAVEOF", "NO", "ONE");
    await to.call("SET", "own", turn);
    await writeAllTypes(at, 100 + turn);
    await follow(slave, master);
    expect(await to.call("EXISTS", "own")).toBe(0);
    expect(await digestOf(to)).toEqual(await digestOf(at));
  }
}, 60_000);

test("commands under way when the database is replaced are answered, well or with an error", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  for (let i = 0; i < 20; i++) {
    const keys = Array.from({ length: 1000 }, (_, j) => [`key${i}:${j}`, "x".repeat(50)]);
    await to.call("MSET", ...keys.flat());
  }
  await writeAllTypes(at, 1);
  let stops = false;
  const replies: unknown[] = [];
  const ask = async (...words: string[]) => {
    const client = await slave.connect();
    while (!stops) replies.push(await client.call(...words));
  };
  const asking = [
    ask("DEBUG", "DIGEST"),
    ask("KEYS", "*7"),
    ask("DBSIZE"),
    ask("SCAN", "0", "COUNT", "10000"),
    ask("SAVE"),
    ask("INFO", "everything"),
    ask("GET", "key1:1"),
  ];
  await to.call("SLAVEOF", "127.0.0.1", master.port);
  await eventually("the link is up", () => linkOf(slave) === "connected");
  await caughtUp(slave, master);
  stops = true;
  await Promise.all(asking);
  expect(replies.length).toBeGreaterThan(asking.length);
  const errors = replies.filter((reply) => JSON.stringify(reply).startsWith('{"error"'));
  for (const error of errors) {
    expect(error).toEqual({ error: expect.stringMatching(/replaced by a copy|saving failed/) });
  }
  expect(await digestOf(to)).toEqual(await digestOf(at));
}, 60_000);

test("CLIENT PAUSE does not keep the log from slaves", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  await follow(slave, master);
  await at.pipeline([
    ["SET", "a", "1"],
    ["CLIENT", "PAUSE", "60000", "ALL"],
  ]);
  await caughtUp(slave, master);
  expect(await to.call("GET", "a")).toBe("1");
  expect(linkOf(slave)).toBe("connected");
});

test("a long reply under way when the database is replaced ends with its connection", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  for (let i = 0; i < 60; i++) {
    await to.call("RPUSH", "long", ...Array.from({ length: 1000 }, () => "x".repeat(500)));
  }
  await writeAllTypes(at, 1);
  const reader = await slave.connect();
  reader.stopReading();
  reader.send("LRANGE", "long", 0, -1);
  await to.call("PING");
  await follow(slave, master);
  reader.goOnReading();
  expect(await Promise.race([reader.readPlain().catch(String), reader.closed])).not.toBeArray();
  expect(await digestOf(to)).toEqual(await digestOf(at));
}, 60_000);

test("a proxy that drops, delays and splits at random changes nothing in the end", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  using proxy = new FaultyProxy(master.port);
  await writeAllTypes(at, 0);
  await to.call("SLAVEOF", "127.0.0.1", proxy.port);
  await eventually("the link is up", () => linkOf(slave) === "connected");
  proxy.change = (bytes) => {
    const fault = Math.random();
    proxy.delayMs = fault < 0.5 ? 1 + Math.floor(4 * fault) : 0;
    if (fault < 0.02) proxy.cut();
    // Bytes that are missing in the middle: what comes behind them is read in their place.
    if (fault > 0.97) return [bytes.subarray(0, bytes.length >> 1)];
    const middle = Math.floor(fault * bytes.length);
    return [bytes.subarray(0, middle), bytes.subarray(middle)];
  };
  for (let round = 1; round <= 200; round++) await writeAllTypes(at, round);
  await Bun.sleep(FAULTS_MS);
  proxy.change = (bytes) => [bytes];
  proxy.delayMs = 0;
  await caughtUp(slave, master);
  expect(await digestOf(to)).toEqual(await digestOf(at));
  expect(master.app.replication.status().counts.full).toBe(1);
}, 60_000);

test("a slave that falls silent is forgotten by its master, and a master that never speaks is left", async () => {
  await using pair = await startPair();
  const { master, slave, at, to } = pair;
  using proxy = new FaultyProxy(master.port);
  await at.call("CONFIG", "SET", "repl-timeout", 1);
  await to.call("SLAVEOF", "127.0.0.1", proxy.port);
  await eventually("the link is up", () => linkOf(slave) === "connected");
  await at.call("SET", "a", 1);
  expect(await at.call("WAIT", 1, 5000)).toBe(1);
  proxy.isDead = true;
  await at.call("SET", "a", 2);
  expect(await at.call("WAIT", 1, 10)).toBe(0);
  await eventually("it is forgotten", () => master.app.replication.status().slaves.length === 0);
  // New connections come into being, but nobody answers.
  const { connections } = proxy;
  await eventually("it is tried again and again", () => proxy.connections >= connections + 2);
  expect(slave.app.replication.status().master!.error).toContain("did not answer");
  proxy.isDead = false;
  await caughtUp(slave, master);
  expect(await to.call("GET", "a")).toBe("2");
}, 60_000);
