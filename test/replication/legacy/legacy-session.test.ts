import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packSnappy } from "../../../src/bytes/snappy.ts";
import { FakeLedisDB } from "../../support/fake-ledisdb.ts";
import { bulk, FakeMaster } from "../../support/fake-master.ts";
import { keepLog } from "../../support/keep-log.ts";
import {
  caughtUpLegacy,
  differences,
  followLegacy,
  placeOf,
} from "../../support/legacy-replicas.ts";
import { eventually, linkOf, replicationInfo } from "../../support/replicas.ts";
import { replyError, startServer, type TestServer } from "../../support/start-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

keepLog();

const captured = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dir, "captured", name));

function fillWithAllTypes(master: FakeLedisDB): void {
  master.set(0, "s", "1");
  master.set(15, "s", "");
  master.hset(0, "h", [
    ["f", "v"],
    ["g", "w"],
  ]);
  master.push(1, "l", "right", ["a", "b"]);
  master.push(1, "l", "left", ["z"]);
  master.zadd(0, "z", [
    [-5, "m"],
    [7, "n"],
  ]);
  master.bsetbit(0, "bits", 10_000, 1);
  master.expireAt(0, 1, "s", 4_102_444_800);
  master.expireAt(0, 2, "h", 4_102_444_801);
}

function failure(slave: TestServer): string | null {
  return slave.app.replication.status().master?.error ?? null;
}

test("a full copy brings all types with their TTLs, and the log what comes later", async () => {
  using master = new FakeLedisDB();
  fillWithAllTypes(master);
  await using slave = await startServer();
  await followLegacy(slave, master);
  expect(differences(slave, master)).toEqual([]);
  master.set(0, "s", "2");
  master.pop(1, "l", "left");
  master.hdel(0, "h", ["f", "g"]);
  master.time++;
  master.zrem(0, "z", ["m"]);
  master.bsetbit(0, "bits", 5, 1);
  master.persist(0, 1, "s");
  await caughtUpLegacy(slave, master);
  expect(differences(slave, master)).toEqual([]);
  expect(existsSync(join(slave.directory, "data/legacy.dump"))).toBe(false);
});

test("a server that was captured is copied, and its log repeated", async () => {
  const log1 = captured("ledis-bin.0000001");
  using master = new FakeMaster(([name, file, position]) => {
    if (name === "FULLSYNC") return captured("fullsync.reply");
    if (name !== "SYNC") return "-ERR command not found\r\n";
    if (file === "2") return captured("sync-9-77.reply");
    // The captured log is another server's: it stands behind the place of the dump here.
    const isFirst = position === "3152";
    const answer = Buffer.alloc(16);
    answer.writeBigInt64BE(1n);
    answer.writeBigInt64BE(9999n, 8);
    return bulk(packSnappy(Buffer.concat([answer, isFirst ? log1 : new Uint8Array(0)])));
  });
  await using slave = await startServer();
  await using client = await slave.connect();
  await client.call("SLAVEOF", "127.0.0.1", master.address.port);
  await eventually("the log is repeated", () => placeOf(slave) === "1:9999");
  expect(await client.call("GET", "big")).toBe("abcd".repeat(500));
  expect(await client.call("GET", "empty")).toBe("");
  expect(await client.call("TTL", "k1")).toBeGreaterThan(1_000_000);
  // The log ends with HDEL h f g; LPUSH l z; LPOP l; ZCLEAR z; BSETBIT bm 3 1.
  expect(await client.call("EXISTS", "h")).toBe(0);
  expect(await client.call("LRANGE", "l", 0, -1)).toEqual(["a", "b"]);
  expect(await client.call("ZRANGE", "z", 0, -1, "WITHSCORES")).toEqual(["m", "-5", "n", "7"]);
  expect(await client.call("BGET", "bm")).toBe("\x08");
  expect(await client.call("BGET", "bit")).toBe("\0\x04");
  expect(await client.call("MGET", "a", "n", "m1", "m2")).toEqual([null, "1", "x", "y"]);
  expect(await client.call("TTL", "n")).toBe(-1);
  await client.call("SELECT", 3);
  expect(await client.call("MGET", "a", "bin", "empty")).toEqual(["three", "\x00\xff\r\n", ""]);
});

test("captured answers to SYNC lead from one to the next", async () => {
  using master = new FakeMaster(([name, file, position]) => {
    if (name === "FULLSYNC")
      return bulk(new Uint8Array([...Buffer.alloc(7), 1, ...Buffer.alloc(8)]));
    if (name !== "SYNC") return "-ERR command not found\r\n";
    if (file === "2") return captured("sync-9-77.reply");
    return captured(`sync-${file}-${position}${position === "1806" ? ".caught-up" : ""}.reply`);
  });
  await using slave = await startServer();
  await using client = await slave.connect();
  await client.call("SLAVEOF", "127.0.0.1", master.address.port);
  await eventually("it has all", () => placeOf(slave) === "1:1806");
  expect(await client.call("DBSIZE")).toBe(72);
  expect(await client.call("MGET", "a", "key00", "key69")).toEqual(["1", "value00", "value69"]);
  expect(await client.call("HGETALL", "h")).toEqual(["f", "v"]);
});

test("clients see a slave: read-only, with its state in INFO, ROLE and master.info", async () => {
  using master = new FakeLedisDB();
  master.set(0, "s", "1");
  await using slave = await startServer();
  await followLegacy(slave, master);
  await using client = await slave.connect();
  expect(await client.call("SET", "k", "v")).toEqual(
    replyError("READONLY You can't write against a read only replica."),
  );
  const info = await replicationInfo(client);
  expect(info.get("role")).toBe("slave");
  expect(info.get("master_link_status")).toBe("up");
  expect(await client.call("ROLE")).toMatchObject({
    0: "slave",
    1: "127.0.0.1",
    2: master.address.port,
    3: "connected",
  });
  await client.call("SLAVEOF", "NO", "ONE");
  const file = JSON.parse(readFileSync(join(slave.directory, "data/master.info"), "utf8"));
  expect(file).toMatchObject({
    addr: `127.0.0.1:${master.address.port}`,
    log_file_index: 1,
    log_pos: master.place.position,
  });
  expect(await client.call("SET", "k", "v")).toBe("OK");
  expect(await client.call("GET", "s")).toBe("1");
});

test("a restarted slave goes on where it was", async () => {
  using master = new FakeLedisDB();
  master.push(0, "l", "right", ["a"]);
  await using slave = await startServer();
  await followLegacy(slave, master);
  await slave.restart({ slaveof: `127.0.0.1:${master.address.port}` });
  master.push(0, "l", "left", ["b", "c"]);
  await caughtUpLegacy(slave, master);
  expect(differences(slave, master)).toEqual([]);
  expect(master.requests.filter((request) => request === "FULLSYNC")).toHaveLength(1);
});

test("a master's restart, which begins a new file, is noticed at the end of the old one", async () => {
  using master = new FakeLedisDB();
  master.set(0, "a", "1");
  await using slave = await startServer();
  await followLegacy(slave, master);
  for (let round = 0; round < 3; round++) {
    master.restart();
    if (round < 2) master.set(0, "a", `after ${round}`);
    await caughtUpLegacy(slave, master);
    expect(differences(slave, master)).toEqual([]);
  }
  expect(master.requests.filter((request) => request === "FULLSYNC")).toHaveLength(1);
});

test("files that end while they are read are followed", async () => {
  using master = new FakeLedisDB();
  master.fileBytesMax = 100;
  await using slave = await startServer();
  await followLegacy(slave, master);
  for (let i = 0; i < 60; i++) {
    master.set(0, `r${i % 7}`, `${i}`);
    if (i % 5 === 0) await caughtUpLegacy(slave, master);
    if (i % 3 === 0) master.time++;
  }
  await caughtUpLegacy(slave, master);
  expect(differences(slave, master)).toEqual([]);
});

test("a slave that comes too late for the log takes a full copy, which replaces all", async () => {
  using master = new FakeLedisDB();
  master.fileBytesMax = 50;
  master.filesMax = 2;
  master.set(0, "old", "1");
  await using slave = await startServer();
  await followLegacy(slave, master);
  let isAway = true;
  master.onRequest = () => (isAway ? null : undefined);
  master.cut();
  master.del(0, "old");
  for (let i = 0; i < 20; i++) master.set(2, `new${i}`, "v");
  isAway = false;
  master.cut();
  await caughtUpLegacy(slave, master);
  expect(differences(slave, master)).toEqual([]);
  expect(master.requests.filter((request) => request === "FULLSYNC").length).toBeGreaterThan(1);
});

test("a batch longer than an answer is one turn", async () => {
  using master = new FakeLedisDB();
  await using slave = await startServer();
  await followLegacy(slave, master);
  let turns = 0;
  slave.app.ledis.turns.listen({
    committed(wrote) {
      if (wrote) turns++;
    },
    failed() {},
  });
  master.mset(
    0,
    Array.from({ length: 500 }, (_, i) => [`k${i}`, "v"] as const),
  );
  await caughtUpLegacy(slave, master);
  expect(differences(slave, master)).toEqual([]);
  await slave.app.ledis.committed();
  expect(turns).toBe(1);
});

test("an event that is being written is waited for", async () => {
  using master = new FakeLedisDB();
  await using slave = await startServer();
  await followLegacy(slave, master);
  master.hiddenBytes = 3;
  master.set(0, "a", "1");
  await eventually("it has met the half event", () => master.requests.at(-1) === "SYNC 1 0");
  await eventually("it asks again", () => master.requests.length > 12);
  master.hiddenBytes = 0;
  await caughtUpLegacy(slave, master);
  expect(differences(slave, master)).toEqual([]);
  expect(master.requests.filter((request) => request === "FULLSYNC")).toHaveLength(1);
});

test("a master without a log is copied once, told of, and followed when it has one", async () => {
  using master = new FakeLedisDB({ log: false });
  master.set(0, "a", "1");
  await using slave = await startServer();
  await using client = await slave.connect();
  await client.call("SLAVEOF", "127.0.0.1", master.address.port);
  await eventually("it is told", () => failure(slave)?.includes("keeps no log") ?? false);
  await eventually(
    "it is asked again",
    () => master.requests.filter((r) => r === "SYNC 0 0").length > 2,
  );
  expect(master.requests.filter((request) => request === "FULLSYNC")).toHaveLength(1);
  expect(await client.call("GET", "a")).toBe("1");
  master.hasLog = true;
  master.set(0, "a", "2");
  await caughtUpLegacy(slave, master);
  expect(await client.call("GET", "a")).toBe("2");
});

test("a known master that comes back empty does not take the slave's data", async () => {
  using master = new FakeLedisDB();
  master.set(0, "a", "1");
  master.fileBytesMax = 1;
  master.set(0, "a", "2");
  await using slave = await startServer();
  await followLegacy(slave, master);
  master.loseEverything();
  await eventually("it is refused", () => failure(slave)?.includes("lost its data") ?? false);
  await using client = await slave.connect();
  expect(await client.call("GET", "a")).toBe("2");
  await client.call("CONFIG", "SET", "slave-allow-empty-sync", "yes");
  await eventually("it is given up", async () => (await client.call("DBSIZE")) === 0);
});

test("a damaged or cut-off copy changes nothing, and is taken again", async () => {
  using master = new FakeLedisDB();
  master.set(0, "a", "1");
  await using slave = await startServer();
  await using client = await slave.connect();
  await client.call("SET", "own", "x");
  const answers = [
    bulk(master.dump().subarray(0, -1)),
    bulk(master.dump().fill(0xff, 18, 20)),
    bulk(new Uint8Array(5)),
    "$100\r\nabc",
    "-ERR no\r\n",
  ];
  let given = 0;
  master.onRequest = ([name]) => {
    if (name !== "FULLSYNC" || given === answers.length) return undefined;
    const answer = answers[given++]!;
    if (answer === "$100\r\nabc") setTimeout(() => master.cut(), 5);
    return answer;
  };
  await client.call("SLAVEOF", "127.0.0.1", master.address.port);
  const seen = new Set<string>();
  await eventually("all were refused", () => {
    const error = failure(slave);
    if (error !== null) seen.add(error);
    return given === answers.length;
  });
  await caughtUpLegacy(slave, master);
  expect(differences(slave, master)).toEqual([]);
  expect([...seen].join()).toContain("ends within a record");
});

test("SLAVEOF NO ONE ends it, and the same master is copied anew afterwards", async () => {
  using master = new FakeLedisDB();
  master.set(0, "a", "1");
  await using slave = await startServer();
  await followLegacy(slave, master);
  await using client = await slave.connect();
  await client.call("SLAVEOF", "NO", "ONE");
  await client.call("SET", "own", "x");
  expect(placeOf(slave)).toBe("none");
  await followLegacy(slave, master);
  expect(differences(slave, master)).toEqual([]);
});

test("a slave of this slave has the same, and goes on when the migration has ended", async () => {
  using master = new FakeLedisDB();
  fillWithAllTypes(master);
  await using slave = await startServer();
  await followLegacy(slave, master);
  await using second = await startServer();
  await using client = await second.connect();
  await client.call("SLAVEOF", "127.0.0.1", slave.port);
  master.set(0, "later", "1");
  await caughtUpLegacy(slave, master);
  await eventually("it has it", async () => (await client.call("GET", "later")) === "1");
  await using first = await slave.connect();
  await first.call("SLAVEOF", "NO", "ONE");
  await first.call("SET", "own", "x");
  await eventually("it goes on", async () => (await client.call("GET", "own")) === "x");
});

test("a password that v0.1 does not ask for does no harm", async () => {
  using master = new FakeLedisDB();
  master.set(0, "a", "1");
  await using slave = await startServer({ masterauth: "secret" });
  await followLegacy(slave, master);
  expect(linkOf(slave)).toBe("connected");
});

test("keys that end are hidden, and given more time if the master says so", async () => {
  using master = new FakeLedisDB();
  master.hset(0, "h", [["f", "v"]]);
  master.expireAt(0, 2, "h", 1);
  await using slave = await startServer();
  await followLegacy(slave, master);
  await using client = await slave.connect();
  expect(await client.call("EXISTS", "h")).toBe(0);
  master.hset(0, "h", [["g", "w"]]);
  master.expireAt(0, 2, "h", 4_102_444_800);
  await caughtUpLegacy(slave, master);
  expect(await client.call("HGETALL", "h")).toEqual(["f", "v", "g", "w"]);
});
