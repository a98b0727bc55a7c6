import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { keepLog } from "../support/keep-log.ts";
import { caughtUp, eventually, follow, linkOf, replicationInfo } from "../support/replicas.ts";
import { type RespClient, replyError, startServer } from "../support/start-server.ts";

keepLog();

test("a slave copies the database, follows the log, and refuses writes", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  const at = await master.connect();
  const to = await slave.connect();
  await to.call("SET", "old", "gone");
  await at.call("SET", "string", "value");
  await at.call("HSET", "hash", "f", "v");
  await at.call("RPUSH", "list", "a", "b");
  await at.call("SADD", "set", "m");
  await at.call("ZADD", "zset", 1, "m");
  await at.call("BSETBIT", "bitmap", 7, 1);
  await follow(slave, master);
  expect(await to.call("GET", "string")).toBe("value");
  expect(await to.call("GET", "old")).toBeNull();
  expect(await to.call("HGETALL", "hash")).toEqual(["f", "v"]);
  expect(await to.call("LRANGE", "list", 0, -1)).toEqual(["a", "b"]);
  expect(await to.call("SMEMBERS", "set")).toEqual(["m"]);
  expect(await to.call("ZRANGE", "zset", 0, -1, "WITHSCORES")).toEqual(["m", "1"]);
  expect(await to.call("BGETBIT", "bitmap", 7)).toBe(1);
  await at.pipeline([
    ["SET", "string", "new"],
    ["LPUSH", "list", "0"],
    ["DEL", "hash"],
  ]);
  expect(await at.call("WAIT", 1, 5000)).toBe(1);
  expect(await to.call("GET", "string")).toBe("new");
  expect(await to.call("LRANGE", "list", 0, -1)).toEqual(["0", "a", "b"]);
  expect(await to.call("EXISTS", "hash")).toBe(0);
  expect(await to.call("SET", "a", "b")).toEqual(
    replyError("READONLY You can't write against a read only replica."),
  );
  expect(await to.call("ROLE")).toEqual([
    ...["slave", "127.0.0.1", master.port, "connected"],
    slave.app.ledis.keyspace.history.offset,
  ]);
  expect(await at.call("ROLE")).toEqual([
    ...["master", master.app.ledis.keyspace.history.offset],
    [["127.0.0.1", `${slave.port}`, `${master.app.ledis.keyspace.history.offset}`]],
  ]);
  const info = await replicationInfo(to);
  expect(info.get("role")).toBe("slave");
  expect(info.get("master_link_status")).toBe("up");
  expect(info.get("slave_lag_bytes")).toBe("0");
});

test("SLAVEOF NO ONE makes a master that others go on with partially", async () => {
  await using first = await startServer();
  await using second = await startServer();
  await using third = await startServer();
  const one = await first.connect();
  await one.call("SET", "a", "1");
  await follow(second, first);
  await follow(third, first);
  const two = await second.connect();
  expect(await two.call("SLAVEOF", "no", "one")).toBe("OK");
  expect(await two.call("SET", "a", "2")).toBe("OK");
  await follow(third, second);
  const three = await third.connect();
  expect(await three.call("GET", "a")).toBe("2");
  expect(second.app.replication.status().counts).toMatchObject({ full: 0, partial: 1 });
  await one.call("SET", "lost", "1");
  await follow(first, second);
  expect(await one.call("GET", "a")).toBe("2");
  expect(await one.call("EXISTS", "lost")).toBe(0);
  expect(second.app.replication.status().counts).toMatchObject({ full: 1, refused: 1 });
});

test("a slave goes on partially after a restart of either side", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  const at = await master.connect();
  await at.call("SET", "a", "1");
  await follow(slave, master);
  await slave.restart({ slaveof: `127.0.0.1:${master.port}` });
  await at.call("SET", "a", "2");
  await eventually("the link is up", () => linkOf(slave) === "connected");
  await caughtUp(slave, master);
  expect(master.app.replication.status().counts).toMatchObject({ full: 1, partial: 1 });
  await master.restart({ addr: `127.0.0.1:${master.port}` });
  const again = await master.connect();
  await again.call("SET", "a", "3");
  await caughtUp(slave, master);
  expect(await (await slave.connect()).call("GET", "a")).toBe("3");
  expect(master.app.replication.status().counts).toMatchObject({ full: 0, partial: 1 });
});

test("a chain of three carries the log through", async () => {
  await using first = await startServer();
  await using second = await startServer();
  await using third = await startServer();
  const one = await first.connect();
  await one.call("SET", "a", "1");
  await follow(second, first);
  await follow(third, second);
  await one.call("SET", "a", "2");
  await caughtUp(second, first);
  await caughtUp(third, first);
  expect(await (await third.connect()).call("GET", "a")).toBe("2");
});

test("a loop of two is refused, whichever way it is closed", async () => {
  await using first = await startServer();
  await using second = await startServer();
  const one = await first.connect();
  const two = await second.connect();
  await one.call("SET", "a", "1");
  await follow(second, first);
  await one.call("SLAVEOF", "127.0.0.1", second.port);
  const errorOf = async (client: RespClient) =>
    (await replicationInfo(client)).get("master_link_error");
  await eventually("the loop is told", async () =>
    `${await errorOf(one)}`.startsWith("replication loop"),
  );
  expect(await two.call("GET", "a")).toBe("1");
  expect(linkOf(first)).not.toBe("connected");
  expect(await one.call("SLAVEOF", "NO", "ONE")).toBe("OK");
  expect(await one.call("SET", "a", "2")).toBe("OK");
  await caughtUp(second, first);
});

test("servers that point at each other at once keep their data, and follow one way at most", async () => {
  await using first = await startServer();
  await using second = await startServer();
  const one = await first.connect();
  const two = await second.connect();
  await one.call("SET", "a", "1");
  await two.call("SET", "a", "2");
  await Promise.all([
    one.call("SLAVEOF", "127.0.0.1", second.port),
    two.call("SLAVEOF", "127.0.0.1", first.port),
  ]);
  for (let i = 0; i < 300; i++) {
    await Bun.sleep(5);
    const links = [linkOf(first), linkOf(second)];
    expect(links.filter((link) => link === "connected").length).toBeLessThanOrEqual(1);
  }
  expect(["1", "2"]).toContain((await one.call("GET", "a")) as string);
  expect(["1", "2"]).toContain((await two.call("GET", "a")) as string);
}, 60_000);

test("a server does not follow itself", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "1");
  await client.call("SLAVEOF", "127.0.0.1", server.port);
  await eventually("the loop is told", async () =>
    `${(await replicationInfo(client)).get("master_link_error")}`.startsWith("replication loop"),
  );
  await client.call("SLAVEOF", "NO", "ONE");
  expect(await client.call("GET", "a")).toBe("1");
});

test("without its master a slave serves stale data, or refuses to", async () => {
  await using slave = await startServer();
  const master = await startServer();
  await (await master.connect()).call("SET", "a", "1");
  await follow(slave, master);
  await master[Symbol.asyncDispose]();
  await eventually("the link is down", () => linkOf(slave) !== "connected");
  const client = await slave.connect();
  expect(await client.call("GET", "a")).toBe("1");
  expect(await client.call("CONFIG", "SET", "replica-serve-stale-data", "no")).toBe("OK");
  expect(await client.call("GET", "a")).toEqual(
    replyError("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
  );
  expect(await client.call("SET", "a", "2")).toMatchObject({
    error: expect.stringContaining("READONLY"),
  });
  expect((await replicationInfo(client)).get("master_link_status")).toBe("down");
});

test("a master with too few slaves in touch refuses writes", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  const client = await master.connect();
  await client.call("CONFIG", "SET", "min-replicas-to-write", "1");
  const refusal = replyError("NOREPLICAS Not enough good replicas to write.");
  expect(await client.call("SET", "a", "1")).toEqual(refusal);
  expect(await client.call("GET", "a")).toBeNull();
  await follow(slave, master);
  expect(await client.call("SET", "a", "1")).toBe("OK");
  expect((await replicationInfo(client)).get("min_slaves_good_slaves")).toBe("1");
  await (await slave.connect()).call("SLAVEOF", "NO", "ONE");
  await eventually("the slave has left", async () => {
    const reply = await client.call("SET", "a", "1");
    return Bun.deepEquals(reply, refusal);
  });
});

test("WAIT and WAITAOF tell how many slaves have what was written", async () => {
  await using master = await startServer();
  await using slave = await startServer({ sync: "always" });
  const client = await master.connect();
  expect(await client.call("WAIT", 1, 10)).toBe(0);
  await follow(slave, master);
  const replies = await client.pipeline([
    ["SET", "a", "1"],
    ["WAIT", 1, 5000],
    ["SET", "a", "2"],
    ["WAITAOF", 1, 1, 5000],
    ["WAIT", 2, 20],
  ]);
  expect(replies).toEqual(["OK", 1, "OK", [1, 1], 1]);
  expect(await (await slave.connect()).call("GET", "a")).toBe("2");
  const other = await master.connect();
  await client.call("SET", "a", "3");
  expect(await client.call("WAIT", 1, 5000)).toBe(1);
  const waiting = client.call("WAIT", 2, 0);
  await eventually("it waits", async () => {
    const blocked = [...master.app.clients()].find((each) => each.isBlocked && !each.isSlave);
    return (await other.call("CLIENT", "UNBLOCK", blocked?.id ?? 0)) === 1;
  });
  expect(await waiting).toBe(1);
});

test("who waits while the server becomes a slave is told, and closed", async () => {
  await using server = await startServer();
  const [popping, waiting, other] = [
    await server.connect(),
    await server.connect(),
    await server.connect(),
  ];
  const popped = popping.call("BLPOP", "list", 0);
  const waited = waiting.call("WAIT", 1, 0);
  await eventually(
    "both wait",
    () => [...server.app.clients()].filter((c) => c.isBlocked).length === 2,
  );
  await other.call("SLAVEOF", "127.0.0.1", 1);
  const told = replyError(
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
  );
  expect(await popped).toEqual(told);
  expect(await waited).toEqual(told);
  await popping.closed;
  expect(await other.call("PING")).toBe("PONG");
});

test("what was written in the turn that ends in SLAVEOF is written; what comes after is refused", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const replies = await client.pipeline([
    ["SET", "a", "1"],
    ["SLAVEOF", "127.0.0.1", 1],
    ["SLAVEOF", "127.0.0.1", 1],
    ["SET", "a", "2"],
    ["SLAVEOF", "NO", "ONE"],
    ["SET", "a", "3"],
    ["GET", "a"],
  ]);
  expect(replies.slice(0, 3)).toEqual(["OK", "OK", "OK Already connected to specified master"]);
  expect(replies[3]).toMatchObject({ error: expect.stringContaining("READONLY") });
  expect(replies.slice(4)).toEqual(["OK", "OK", "3"]);
});

test("an expired key is hidden by the slave, and removed by the master alone", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  const at = await master.connect();
  const to = await slave.connect();
  await follow(slave, master);
  await at.call("CLIENT", "PAUSE", 60_000, "WRITE");
  await at.call("CLIENT", "UNPAUSE");
  master.app.ledis.expiry.stop();
  await at.call("SET", "a", "1", "PX", 30);
  await at.call("WAIT", 1, 5000);
  await Bun.sleep(40);
  const { position } = slave.app.ledis.keyspace;
  expect(await to.call("GET", "a")).toBeNull();
  expect(await to.call("DBSIZE")).toBe(1);
  expect(slave.app.ledis.keyspace.position).toEqual(position);
  expect(await at.call("GET", "a")).toBeNull();
  expect(await at.call("SET", "b", "1")).toBe("OK");
  expect(await at.call("WAIT", 1, 5000)).toBe(1);
  expect(await to.call("DBSIZE")).toBe(1);
});

test("a known master that comes back empty does not take the slave's data", async () => {
  const master = await startServer();
  await using slave = await startServer();
  await (await master.connect()).call("SET", "a", "1");
  await follow(slave, master);
  const { port } = master;
  await master[Symbol.asyncDispose]();
  await using empty = await startServer({ addr: `127.0.0.1:${port}` });
  const client = await slave.connect();
  const error = async () => `${(await replicationInfo(client)).get("master_link_error")}`;
  await eventually("it is refused", async () => (await error()).includes("has it lost its data?"));
  expect(await client.call("GET", "a")).toBe("1");
  await slave.restart({ slaveof: `127.0.0.1:${port}` });
  const again = await slave.connect();
  await eventually("it is refused again", async () =>
    `${(await replicationInfo(again)).get("master_link_error")}`.includes("has it lost its data?"),
  );
  await again.call("CONFIG", "SET", "slave-allow-empty-sync", "yes");
  await eventually("it is followed", () => linkOf(slave) === "connected", 20_000);
  expect(await again.call("GET", "a")).toBeNull();
  expect(empty.app.replication.status().slaves).toHaveLength(1);
}, 60_000);

test("a master without a log is told of, and keeps the slave's data as it is", async () => {
  await using master = await startServer({ "binlog.use": "no" });
  await using slave = await startServer();
  const client = await slave.connect();
  await client.call("SET", "a", "1");
  await client.call("SLAVEOF", "127.0.0.1", master.port);
  await eventually("it is told", async () =>
    `${(await replicationInfo(client)).get("master_link_error")}`.includes("binlog.use"),
  );
  expect(await client.call("GET", "a")).toBe("1");
});

test("a password for replication alone opens nothing else", async () => {
  await using master = await startServer({ requirepass: "all", replauth: "log" });
  await using slave = await startServer({ masterauth: "log" });
  const client = await master.connect();
  expect(await client.call("AUTH", "log")).toBe("OK");
  const noAuth = replyError("NOAUTH Authentication required.");
  expect(await client.call("GET", "a")).toEqual(noAuth);
  expect(await client.call("REPLCONF", "listening-port", 1)).toBe("OK");
  expect(await client.call("AUTH", "all")).toBe("OK");
  expect(await client.call("SET", "a", "1")).toBe("OK");
  expect(await (await master.connect()).call("SYNC", 1, 0)).toEqual(noAuth);
  await follow(slave, master);
  expect(await (await slave.connect()).call("GET", "a")).toBe("1");
});

test("the master that is followed is kept by CONFIG REWRITE, and master.info names it", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  await (await master.connect()).call("SET", "a", "1");
  await follow(slave, master);
  const client = await slave.connect();
  expect(await client.call("CONFIG", "GET", "slaveof")).toEqual([
    ...["slaveof", `127.0.0.1 ${master.port}`],
  ]);
  await slave.app.stop({ save: true });
  const info = readFileSync(join(slave.directory, "data/master.info"), "utf8");
  const { file, offset } = master.app.ledis.keyspace.position;
  expect(JSON.parse(info)).toMatchObject({
    ...{ addr: `127.0.0.1:${master.port}`, log_file_index: file, log_pos: offset },
  });
});

test("a compressed log is the same log", async () => {
  await using master = await startServer({ "repl-compression": "yes" });
  await using slave = await startServer();
  const client = await master.connect();
  await follow(slave, master);
  for (let i = 0; i < 20; i++) await client.call("SET", `key${i}`, "x".repeat(1000 * i));
  await caughtUp(slave, master);
  const to = await slave.connect();
  expect(await to.call("STRLEN", "key19")).toBe(19_000);
});

test("slaves show in CLIENT LIST, and are no normal clients", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  await follow(slave, master);
  const client = await master.connect();
  expect(await client.call("CLIENT", "LIST", "TYPE", "replica")).toMatch(/ flags=Sb? /);
  expect(await client.call("CLIENT", "LIST", "TYPE", "normal")).not.toContain(" flags=S");
  expect(await client.call("CLIENT", "KILL", "TYPE", "slave")).toBe(1);
  await eventually("it is back", () => master.app.replication.status().slaves.length === 1);
});

test("transactions see a change of role and of the database", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  const [writing, watching, other] = [
    await slave.connect(),
    await slave.connect(),
    await slave.connect(),
  ];
  await watching.call("SET", "a", "1");
  await watching.call("WATCH", "a");
  await watching.call("MULTI");
  await watching.call("GET", "a");
  await writing.call("MULTI");
  await writing.call("SET", "a", "2");
  await follow(slave, master);
  expect(await writing.call("EXEC")).toEqual(
    replyError(
      "EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica.",
    ),
  );
  expect(await watching.call("EXEC")).toBeNull();
  await watching.call("WATCH", "b");
  await (await master.connect()).call("SET", "b", "1");
  await caughtUp(slave, master);
  await watching.call("MULTI");
  expect(await watching.call("EXEC")).toBeNull();
  expect(await other.call("GET", "b")).toBe("1");
  await watching.call("WATCH", "b");
  await (await master.connect()).call("FLUSHDB");
  await caughtUp(slave, master);
  await watching.call("MULTI");
  expect(await watching.call("EXEC")).toBeNull();
});

test("WAIT does not wait within a transaction", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("MULTI");
  await client.call("WAIT", 1, 0);
  await client.call("WAITAOF", 0, 1, 0);
  expect(await client.call("EXEC")).toEqual([0, [1, 0]]);
});

test("a slave that asks whether it may go on is answered at once, and waits for more after that", async () => {
  await using master = await startServer();
  const client = await master.connect();
  await client.call("SET", "a", "1");
  const { history } = master.app.ledis.keyspace;
  const { file, offset } = history.position;
  await client.call("REPLCONF", "HELLO", 1, "f".repeat(40), 1);
  await client.call("REPLCONF", "HISTORY", history.id.toHex());
  const beginMs = performance.now();
  await client.reply("SYNC", file, offset);
  expect(performance.now() - beginMs).toBeLessThan(900);
  await client.reply("SYNC", file, offset);
  expect(performance.now() - beginMs).toBeGreaterThan(900);
});
