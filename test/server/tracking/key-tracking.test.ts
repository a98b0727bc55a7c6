import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { StorageError } from "../../../src/errors.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { stepsThatDiffer } from "../../support/recorded-steps.ts";
import { caughtUp, follow } from "../../support/replicas.ts";
import {
  type Plain,
  type RespClient,
  startServer,
  type TestServer,
} from "../../support/start-server.ts";
import { until } from "../../support/until.ts";

test.each(["redis-reads.jsonl", "redis-messages.jsonl"])(
  "clients are told what redis-server 7.0.15 tells them, byte for byte and in its order: %s",
  async (name) => {
    using time = useFakeClock();
    await using server = await startServer({ "enable-debug-command": "yes" });
    expect(await stepsThatDiffer(new URL(name, import.meta.url), server, time)).toEqual([]);
  },
);

const ALL = ["invalidate", null];

/** A client in RESP3 that is tracked, and another one. */
async function connectTwo(server: TestServer, ...options: string[]) {
  const reader = await server.connect();
  await reader.call("HELLO", 3);
  await reader.call("CLIENT", "TRACKING", "ON", ...options);
  const writer = await server.connect();
  return {
    reader,
    writer,
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await writer[Symbol.asyncDispose]();
      await until(() => !server.app.tracking.isOn);
    },
  };
}

const told = (...keys: string[]): Plain => ["invalidate", keys];

describe("one server", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test("SWAPDB tells everybody of all keys, once", async () => {
    await using clients = await connectTwo(server);
    await clients.reader.call("GET", "a");
    expect(await clients.writer.call("SWAPDB", "0", "1")).toBe("OK");
    expect(await clients.reader.readPlain()).toEqual(ALL);
    await clients.writer.call("SET", "a", "1");
    expect(await clients.reader.call("PING")).toBe("PONG");
  });

  test("what a turn has changed that fails is told all the same, and what it has read is told", async () => {
    await using clients = await connectTwo(server);
    const { reader, writer } = clients;
    await writer.call("SET", "a", "1");
    await reader.call("GET", "a");
    const { strings } = server.app.ledis.select(0);
    const stretch = strings.stretch.bind(strings);
    strings.stretch = () => {
      throw new StorageError("disk full");
    };
    const replies = await writer.pipeline([
      ["SET", "a", "2"],
      ["GET", "b"],
    ]);
    strings.stretch = stretch;
    for (const reply of replies) expect(reply).toMatchObject({ error: expect.any(String) });
    expect(await reader.readPlain()).toEqual(told("a"));
    expect(await reader.call("GET", "a")).toBe("1");
    await writer.call("SET", "a", "3");
    expect(await reader.readPlain()).toEqual(told("a"));
  });

  test("a change that comes while a long reply is under way is told behind it", async () => {
    await using clients = await connectTwo(server);
    const { reader, writer } = clients;
    const item = "x".repeat(100_000);
    const items = Array.from({ length: 150 }, () => item);
    await writer.call("RPUSH", "list", ...items);
    reader.stopReading();
    reader.send("LRANGE", "list", "0", "-1");
    const connection = [...server.app.clients()].find(({ protocol }) => protocol === 3)!;
    await until(() => connection.isStreaming && connection.outputBytes > 0);
    expect(await writer.call("LSET", "list", "0", "y")).toBe("OK");
    reader.goOnReading();
    expect(await reader.readPlain()).toEqual(items);
    expect(await reader.readPlain()).toEqual(told("list"));
  });

  test("a change is told behind a reply that is looked for in slices", async () => {
    await using clients = await connectTwo(server);
    const { reader, writer } = clients;
    const members = Array.from({ length: 5000 }, (_, i) => `${i}`);
    await writer.call("SADD", "s1", ...members);
    await writer.call("SADD", "s2", ...members);
    reader.send("SINTERCARD", "2", "s1", "s2");
    const connection = [...server.app.clients()].find(({ protocol }) => protocol === 3)!;
    await until(() => connection.isBlocked);
    expect(await writer.call("SREM", "s1", "1", "2")).toBe(2);
    expect([await reader.readPlain(), await reader.readPlain()]).toEqual([5000, told("s1")]);
  });

  test("who is told in another's place gets it behind its own EXEC, not into it", async () => {
    await using clients = await connectTwo(server);
    const { reader, writer } = clients;
    const id = (await reader.call("CLIENT", "ID")) as number;
    await reader.call("CLIENT", "TRACKING", "OFF");
    await writer.call("CLIENT", "TRACKING", "ON", "REDIRECT", id);
    await writer.call("GET", "n");
    const replies = await reader.pipeline([["MULTI"], ["SET", "n", "1"], ["INCR", "n"], ["EXEC"]]);
    expect(replies).toEqual(["OK", "QUEUED", "QUEUED", ["OK", 2]]);
    expect(await reader.readPlain()).toEqual(told("n"));
  });

  test("of too many keys the oldest are given up, also those that were there before", async () => {
    await using clients = await connectTwo(server);
    const { reader, writer } = clients;
    expect(await writer.call("CONFIG", "SET", "tracking-table-max-keys", "3")).toBe("OK");
    for (const key of ["a", "b", "c", "d"]) await reader.call("GET", key);
    expect(await reader.readPlain()).toEqual(told("a"));
    await writer.call("CONFIG", "SET", "tracking-table-max-keys", "0");
    const keys = Array.from({ length: 3000 }, (_, i) => `k${i}`);
    await reader.call("MGET", ...keys);
    expect(server.app.tracking.keyCount).toBe(3003);
    await writer.call("CONFIG", "SET", "tracking-table-max-keys", "2");
    const given = ["b", "c", "d", ...keys].slice(0, -2);
    for (const key of given) expect(await reader.readPlain()).toEqual(told(key));
    await writer.call("CONFIG", "SET", "tracking-table-max-keys", "1000000");
  });

  test("when nobody is left, nothing is, and tables are not listened to", async () => {
    {
      await using clients = await connectTwo(server);
      await clients.reader.call("GET", "a");
      expect(server.app.tracking.isOn).toBe(true);
      expect(server.app.ledis.select(0).table.hasListeners).toBe(true);
    }
    await until(() => !server.app.tracking.isOn);
    expect(server.app.tracking.keyCount).toBe(0);
    expect(server.app.ledis.select(0).table.hasListeners).toBe(false);
  });
});

describe("a slave", () => {
  let master: TestServer;
  let slave: TestServer;
  let writer: RespClient;

  beforeAll(async () => {
    [master, slave] = await Promise.all([startServer(), startServer()]);
    writer = await master.connect();
    await writer.call("HSET", "h", "f", "1");
    await follow(slave, master);
  });

  afterAll(async () => {
    await slave[Symbol.asyncDispose]();
    await master[Symbol.asyncDispose]();
  });

  test("tells what its master has changed: keys, elements of collections, databases", async () => {
    await using clients = await connectTwo(slave);
    const { reader } = clients;
    await reader.call("MGET", "a", "b");
    await writer.call("SET", "a", "1");
    expect(await reader.readPlain()).toEqual(told("a"));
    for (const value of ["2", "3"]) {
      await reader.call("HGETALL", "h");
      await writer.call("HSET", "h", "f", value);
      expect(await reader.readPlain()).toEqual(told("h"));
    }
    expect(await reader.call("HGET", "h", "f")).toBe("3");
    await reader.call("EVAL_RO", "return redis.call('hgetall', KEYS[1])", "1", "h");
    await writer.call("HSET", "h", "f", "4");
    expect(await reader.readPlain()).toEqual(told("h"));
    await writer.call("FLUSHDB");
    expect(await reader.readPlain()).toEqual(ALL);
    expect(await reader.call("GET", "a")).toBeNull();
  });

  test("tells clients with prefixes of all keys when it cannot say which", async () => {
    await writer.call("HSET", "h", "f", "1");
    await caughtUp(slave, master);
    await using clients = await connectTwo(slave, "BCAST", "PREFIX", "a");
    const { reader } = clients;
    await writer.call("HSET", "h", "g", "1");
    await writer.call("SET", "ab", "1");
    expect(await reader.readPlain()).toEqual(told("ab"));
    await writer.call("HSET", "h", "f", "2");
    expect(await reader.readPlain()).toEqual(ALL);
  });

  test("tells of all keys when it becomes one, and when a full copy takes the place of its data", async () => {
    await using third = await startServer();
    await using clients = await connectTwo(third);
    const { reader, writer: other } = clients;
    await other.call("SET", "mine", "1");
    await reader.call("GET", "mine");
    await follow(third, master);
    expect(await reader.readPlain()).toEqual(ALL);
    while ((await reader.call("GET", "mine")) !== null) await Bun.sleep(1);
  });
});
