import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fromMapKey } from "../../../src/bytes/bytes.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { readState } from "../../../src/replication/foreign/migration-state.ts";
import { parsePsyncPlace } from "../../../src/replication/redis/psync-place.ts";
import { encodeRequest } from "../../../src/resp/request-encoder.ts";
import { FakeRedis } from "../../support/fake-redis.ts";
import { keepLog } from "../../support/keep-log.ts";
import { rdbOf } from "../../support/rdb-file.ts";
import { eventually, follow, linkOf, replicationInfo } from "../../support/replicas.ts";
import { toPlain } from "../../support/resp-client.ts";
import { type Plain, startServer, type TestServer } from "../../support/start-server.ts";
import { conversation } from "./captured.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const lines = keepLog();

async function followRedis(slave: TestServer, master: FakeRedis): Promise<void> {
  await using client = await slave.connect();
  await client.call("SLAVEOF", "127.0.0.1", master.address.port);
  await caughtUp(slave, master);
}

async function caughtUp(slave: TestServer, master: FakeRedis): Promise<void> {
  await eventually("the slave has caught up", () => {
    return linkOf(slave) === "connected" && placeOf(slave) === master.offset;
  });
}

/** Bytes of the master's stream that are stored; -1: none. */
function placeOf({ app }: TestServer): number {
  const state = readState(ForeignDatabases.seen(app.ledis).notes);
  return state === null ? -1 : (parsePsyncPlace(state.place)?.offset ?? -1);
}

async function ask(server: TestServer, ...words: (string | number)[]): Promise<Plain> {
  await using client = await server.connect();
  return await client.call(...words);
}

const failure = (slave: TestServer) => slave.app.replication.status().master?.error ?? null;

test("what Redis 7.0 sends for all its types is here afterwards, however it is cut", async () => {
  for (const pieceBytes of [Number.POSITIVE_INFINITY, 7]) {
    using master = new FakeRedis(conversation.offset);
    master.replicationId = conversation.replicationId;
    master.copy = () => conversation.copy;
    master.pieceBytes = pieceBytes;
    await using slave = await startServer();
    await followRedis(slave, master);
    master.send(conversation.stream);
    await caughtUp(slave, master);
    await using client = await slave.connect();
    for (const { database, words, reply } of conversation.reads) {
      await client.call("SELECT", database);
      expect([words, await client.call(...words)]).toEqual([words, reply]);
    }
    const info = await replicationInfo(client);
    expect(info.get("slave_skipped_changes")).toBe("0");
    expect(String(await client.call("FUNCTION", "LIST"))).toContain("library_name,lib,");
  }
});

test("a place in the stream outlives a restart, and nothing is done twice", async () => {
  using master = new FakeRedis();
  master.copy = () => rdbOf([{ key: "n", value: "5" }]);
  await using slave = await startServer({ slaveof: `127.0.0.1:${master.address.port}` });
  for (let round = 0; round < 4; round++) {
    await caughtUp(slave, master);
    master.write("SELECT", round % 2);
    master.write("INCR", "n");
    await caughtUp(slave, master);
    await slave.restart();
    // No SELECT: the stream goes on in the database in which it was.
    master.write("INCR", "n");
  }
  await caughtUp(slave, master);
  expect(await ask(slave, "GET", "n")).toBe("9");
  await using client = await slave.connect();
  await client.call("SELECT", 1);
  expect(await client.call("GET", "n")).toBe("4");
  expect(master.copies).toBe(1);
});

test("a transaction is seen whole, also one that is cut by a lost connection", async () => {
  using master = new FakeRedis();
  await using slave = await startServer();
  await followRedis(slave, master);
  const before = master.offset;
  master.write("MULTI");
  master.write("INCR", "a");
  await Bun.sleep(30);
  expect(await ask(slave, "GET", "a")).toBeNull();
  expect(placeOf(slave)).toBe(before);
  master.cut();
  await eventually("it asks again", () =>
    master.requests.includes(`PSYNC ${"a".repeat(40)} ${before + 1}`),
  );
  master.write("INCR", "b");
  master.write("EXEC");
  await caughtUp(slave, master);
  expect(await ask(slave, "MGET", "a", "b")).toEqual(["1", "1"]);
});

test("another history that goes on from the old one is taken, an unknown place leads to a copy", async () => {
  using master = new FakeRedis();
  await using slave = await startServer();
  await followRedis(slave, master);
  const old = master.replicationId;
  // After a failover the new master answers for the old history.
  master.cut();
  await eventually(
    "it is back",
    () => master.requests.filter((r) => r.startsWith("PSYNC")).length === 2,
  );
  master.write("SET", "k", "v");
  await caughtUp(slave, master);
  master.replicationId = "b".repeat(40);
  master.copy = () => rdbOf([{ key: "other", value: "1", database: 2 }]);
  master.cut();
  await eventually("a copy is taken", () => master.copies === 2);
  await caughtUp(slave, master);
  expect(await ask(slave, "EXISTS", "k")).toBe(0);
  expect(master.requests.some((request) => request.startsWith(`PSYNC ${old} `))).toBe(true);
  master.forget();
  master.cut();
  await caughtUp(slave, master);
  expect(master.copies).toBe(2);
});

test("a copy takes the place of what was there in one turn, damaged ones never do", async () => {
  using master = new FakeRedis();
  const good = rdbOf(Array.from({ length: 3000 }, (_, i) => ({ key: `k${i}`, value: "new" })));
  const damaged = Buffer.from(good);
  damaged[damaged.length - 1]! ^= 1;
  master.copy = () => damaged;
  await using slave = await startServer();
  await ask(slave, "SET", "k0", "old");
  await ask(slave, "SLAVEOF", "127.0.0.1", master.address.port);
  await eventually("it has failed", () => failure(slave)?.includes("checksum") ?? false);
  expect(await ask(slave, "GET", "k0")).toBe("old");
  expect(await ask(slave, "DBSIZE")).toBe(1);
  master.copy = () => good;
  await caughtUp(slave, master);
  expect(await ask(slave, "GET", "k0")).toBe("new");
  expect(await ask(slave, "DBSIZE")).toBe(3000);
});

test("what comes while a long copy is being stored waits for it", async () => {
  using master = new FakeRedis();
  const strings = Array.from({ length: 400 }, (_, i) => ({
    key: `k${i}`,
    value: "x".repeat(5000),
  }));
  master.copy = () => rdbOf(strings);
  await using slave = await startServer();
  await ask(slave, "SLAVEOF", "127.0.0.1", master.address.port);
  await eventually("it is asked for a copy", () => master.copies === 1);
  for (let i = 0; i < 300; i++) master.write("APPEND", `k${i}`, "y".repeat(5000));
  await caughtUp(slave, master);
  expect(await ask(slave, "STRLEN", "k0")).toBe(10_000);
  expect(await ask(slave, "STRLEN", "k399")).toBe(5000);
  expect(existsSync(join(slave.directory, "data", "redis.spool"))).toBe(false);
});

test("keys end when the master says so: until then they are only hidden", async () => {
  using master = new FakeRedis();
  master.copy = () => rdbOf([{ key: "ended", value: "v", expireAtMs: 1000 }]);
  await using slave = await startServer();
  await followRedis(slave, master);
  expect(await ask(slave, "GET", "ended")).toBeNull();
  // For the master it was there when it did this.
  master.write("APPEND", "ended", "w");
  master.write("PERSIST", "ended");
  master.write("SET", "soon", "v", "PXAT", Date.now() + 30);
  await caughtUp(slave, master);
  expect(await ask(slave, "GET", "ended")).toBe("vw");
  await Bun.sleep(60);
  expect(await ask(slave, "GET", "soon")).toBeNull();
  expect(await ask(slave, "DBSIZE")).toBe(2);
  master.write("DEL", "soon");
  await caughtUp(slave, master);
  expect(await ask(slave, "DBSIZE")).toBe(1);
});

test("what cannot be done here is left out, told of and counted", async () => {
  using master = new FakeRedis();
  await using slave = await startServer();
  await followRedis(slave, master);
  master.write("SET", "k", "text");
  for (const words of [
    ["JSON.SET", "j", "$", "1"],
    ["INCR", "k"],
    ["SET", "k"],
    ["GET", "k"],
  ]) {
    master.write(...words);
  }
  master.write("SET", "after", "1");
  await caughtUp(slave, master);
  expect(await ask(slave, "MGET", "k", "after")).toEqual(["text", "1"]);
  await using client = await slave.connect();
  expect((await replicationInfo(client)).get("slave_skipped_changes")).toBe("4");
  await slave.restart({ slaveof: `127.0.0.1:${master.address.port}` });
  await caughtUp(slave, master);
  await using again = await slave.connect();
  expect((await replicationInfo(again)).get("slave_skipped_changes")).toBe("4");
  const told = lines.filter((line) => line.includes("a command of the master failed here"));
  expect(told.map((line) => /reason=.*/.exec(line)?.[0])).toHaveLength(4);
});

test("the master hears how far the slave is, also when it asks", async () => {
  using master = new FakeRedis();
  await using slave = await startServer();
  await followRedis(slave, master);
  await eventually("it says so by itself", () => master.acknowledged === master.offset);
  master.write("SET", "k", "v");
  const before = master.offset;
  master.write("REPLCONF", "GETACK", "*");
  await eventually("it answers", () => master.acknowledged > before, 900);
  expect(await ask(slave, "GET", "k")).toBe("v");
});

test("user and password are sent; what the master refuses is told", async () => {
  using master = new FakeRedis();
  master.password = "secret";
  await using slave = await startServer({ masteruser: "repl", masterauth: "wrong" });
  await ask(slave, "SLAVEOF", "127.0.0.1", master.address.port);
  await eventually("it is told", () => failure(slave)?.includes("WRONGPASS") ?? false);
  await ask(slave, "CONFIG", "SET", "masterauth", "secret");
  await caughtUp(slave, master);
  expect(master.requests.filter((request) => request === "AUTH repl secret").length).toBe(2);
});

test("messages of the master reach who is subscribed here", async () => {
  using master = new FakeRedis();
  await using slave = await startServer();
  await followRedis(slave, master);
  await using client = await slave.connect();
  await client.call("SUBSCRIBE", "news");
  master.write("PUBLISH", "news", "hello");
  expect(toPlain(await client.read())).toEqual(["message", "news", "hello"]);
});

test("a slave of the master that has taken over is followed on, at its own address", async () => {
  using master = new FakeRedis();
  using promoted = new FakeRedis();
  await using slave = await startServer();
  await followRedis(slave, master);
  for (const server of [master, promoted]) server.write("INCR", "n");
  await caughtUp(slave, master);
  promoted.write("INCR", "n");
  await followRedis(slave, promoted);
  expect(await ask(slave, "GET", "n")).toBe("2");
  expect([master.copies, promoted.copies]).toEqual([1, 0]);
});

test("a change that cannot be followed disturbs nobody, and what came before it is done", async () => {
  using master = new FakeRedis();
  await using slave = await startServer({ databases: "4" });
  await followRedis(slave, master);
  await using client = await slave.connect();
  master.send(
    Buffer.concat(
      [
        ["SET", "k", "v"],
        ["MOVE", "k", "9"],
      ].map((words) => encodeRequest(words)),
    ),
  );
  await eventually("it is told", () => failure(slave)?.includes("raise databases") ?? false);
  for (let i = 0; i < 200; i++) {
    expect(await client.call("GET", "k")).toBe("v");
    await Bun.sleep(2);
  }
  expect(master.requests.filter((request) => request.startsWith("PSYNC")).length).toBeLessThan(6);
  await slave.restart({ databases: "16", slaveof: `127.0.0.1:${master.address.port}` });
  await caughtUp(slave, master);
  await using later = await slave.connect();
  expect(
    await later.pipeline([
      ["EXISTS", "k"],
      ["SELECT", 9],
      ["GET", "k"],
    ]),
  ).toEqual([0, "OK", "v"]);
});

test("it has slaves of its own, and is a master again when it is told so", async () => {
  using master = new FakeRedis();
  master.copy = () => rdbOf([{ key: "theirs", value: "1" }]);
  await using slave = await startServer();
  await using behind = await startServer();
  await followRedis(slave, master);
  await follow(behind, slave);
  master.write("RPUSH", "l", "a", "b");
  await caughtUp(slave, master);
  await eventually("it is there", async () => (await ask(behind, "LLEN", "l")) === 2);
  expect(await ask(slave, "SET", "k", "v")).toEqual({ error: expect.stringContaining("READONLY") });
  await ask(slave, "SLAVEOF", "NO", "ONE");
  expect(await ask(slave, "SET", "k", "v")).toBe("OK");
  // It has gone its own way: what the master says now is for a copy.
  await followRedis(slave, master);
  expect(master.copies).toBe(2);
  expect(await ask(slave, "GET", "k")).toBeNull();
});

test("a master that falls silent, or sends nonsense, is left", async () => {
  using master = new FakeRedis();
  await using slave = await startServer({ "repl-timeout": "1" });
  await followRedis(slave, master);
  await eventually("it is given up", () => failure(slave)?.includes("did not answer") ?? false);
  await caughtUp(slave, master);
  master.send(fromMapKey("*1\r\n:5\r\n"));
  await eventually("it is left", () => failure(slave)?.includes("expected '$'") ?? false);
});

test("too few databases are told of", async () => {
  using master = new FakeRedis();
  master.copy = () => rdbOf([{ key: "k", value: "v", database: 9 }]);
  await using slave = await startServer({ databases: "4" });
  await ask(slave, "SLAVEOF", "127.0.0.1", master.address.port);
  await eventually("it is told", () => failure(slave)?.includes("raise databases") ?? false);
});
