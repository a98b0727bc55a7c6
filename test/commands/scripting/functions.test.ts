import { expect, test } from "bun:test";
import { StorageError } from "../../../src/errors.ts";
import { keepLog } from "../../support/keep-log.ts";
import { caughtUp, eventually, follow } from "../../support/replicas.ts";
import { replyError, startServer, type TestServer } from "../../support/start-server.ts";

keepLog();

const NOT_FOUND = replyError("ERR Function not found");

/** A library whose function `name` answers a text. */
function answering(text: string, name = "f", library = "lib"): string {
  return `#!lua name=${library}\nredis.register_function{function_name='${name}', callback=function() return '${text}' end, flags={'no-writes'}}`;
}

/** Has the next append to the log fail. */
function failNextTurn({ app }: TestServer): void {
  const { keyspace } = app.ledis;
  Object.defineProperty(keyspace, "endTurn", {
    configurable: true,
    value() {
      Reflect.deleteProperty(keyspace, "endTurn");
      throw new StorageError("disk full");
    },
  });
}

test("libraries outlive a restart, FLUSHALL and SCRIPT FLUSH", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("FUNCTION", "LOAD", answering("one"));
  await client.call("FLUSHALL");
  await client.call("SCRIPT", "FLUSH");
  expect(await client.call("FCALL", "f", "0")).toBe("one");
  await server.restart();
  const again = await server.connect();
  const info = String(await again.call("INFO", "memory"));
  expect(info).toContain("number_of_functions:1\r\nnumber_of_libraries:1\r\n");
  expect(await again.call("FCALL", "f", "0")).toBe("one");
});

test("a turn that fails takes its libraries back", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("FUNCTION", "LOAD", answering("old"));
  const failed = replyError("MISCONF Errors writing to the binlog: disk full");
  failNextTurn(server);
  const load = ["FUNCTION", "LOAD", "REPLACE"];
  expect(
    await client.pipeline([
      [...load, answering("new")],
      ["FCALL", "f", "0"],
      ["FUNCTION", "LOAD", answering("g", "g", "more")],
    ]),
  ).toEqual([failed, failed, failed]);
  expect(await client.call("FCALL", "f", "0")).toBe("old");
  expect(await client.call("FCALL", "g", "0")).toEqual(NOT_FOUND);
  failNextTurn(server);
  expect(await client.call("FUNCTION", "FLUSH")).toEqual(failed);
  expect(await client.call("FCALL", "f", "0")).toBe("old");
  await client.call(...load, answering("newest"));
  expect(await client.call("FCALL", "f", "0")).toBe("newest");
});

test("slaves have the libraries: those of a copy, later ones, and none that is gone", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  const [at, to] = [await master.connect(), await slave.connect()];
  await to.call("FUNCTION", "LOAD", answering("gone", "gone", "other"));
  expect(await to.call("FCALL", "gone", "0")).toBe("gone");
  await at.call("FUNCTION", "LOAD", answering("copied"));
  await follow(slave, master);
  expect(await to.call("FCALL", "gone", "0")).toEqual(NOT_FOUND);
  expect(await to.call("FCALL", "f", "0")).toBe("copied");
  await at.call("FUNCTION", "LOAD", "REPLACE", answering("followed"));
  await caughtUp(slave, master);
  expect(await to.call("FCALL", "f", "0")).toBe("followed");
  const payload = await at.reply("FUNCTION", "DUMP");
  await at.call("FUNCTION", "FLUSH");
  await caughtUp(slave, master);
  expect(await to.call("FUNCTION", "LIST")).toEqual([]);
  if (payload.kind !== "bulk") throw new Error("no payload");
  await at.call("FUNCTION", "RESTORE", payload.bytes);
  await caughtUp(slave, master);
  expect(await to.call("FCALL", "f", "0")).toBe("followed");
  await at.call("FUNCTION", "DELETE", "lib");
  await caughtUp(slave, master);
  expect(await to.call("FCALL", "f", "0")).toEqual(NOT_FOUND);
});

test("what a function writes is on slaves, and it is one turn", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  const [at, to] = [await master.connect(), await slave.connect()];
  await follow(slave, master);
  const body = "for i = 1, 100 do redis.call('RPUSH', keys[1], args[1]) end return redis.time";
  const code = `#!lua name=lib\nredis.register_function('fill', function(keys, args) ${body} end)`;
  await at.call("FUNCTION", "LOAD", code);
  await at.call("FCALL", "fill", "1", "l", "x");
  await eventually("all items are there", async () => {
    const length = await to.call("LLEN", "l");
    expect([0, 100]).toContain(length as number);
    return length === 100;
  });
});

test("FCALL waits for CLIENT PAUSE WRITE, FCALL_RO does not", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  await client.call("FUNCTION", "LOAD", answering("one"));
  await client.call("CLIENT", "PAUSE", "60000", "WRITE");
  expect(await client.call("FCALL_RO", "f", "0")).toBe("one");
  const held = other.call("FCALL", "f", "0");
  await client.call("PING");
  expect(other.unread).toBe(0);
  await client.call("CLIENT", "UNPAUSE");
  expect(await held).toBe("one");
});

test("slow calls are in the slow log, and monitors see them", async () => {
  await using server = await startServer({ "slowlog-log-slower-than": "0" });
  const [client, monitor] = [await server.connect(), await server.connect()];
  await client.call("FUNCTION", "LOAD", answering("one"));
  await monitor.call("MONITOR");
  await client.call("FCALL", "f", "1", "k");
  expect(await monitor.readPlain()).toMatch(/"FCALL" "f" "1" "k"$/);
  const entries = (await client.call("SLOWLOG", "GET", "10")) as readonly (readonly unknown[])[];
  expect(entries.map((entry) => entry[3])).toContainEqual(["FCALL", "f", "1", "k"]);
});

test("a client that tracks what it reads is told of keys that it has named to a function", async () => {
  await using server = await startServer();
  const [reader, client] = [await server.connect(), await server.connect()];
  const body = "function(keys) return redis.call('GET', keys[1]) end, flags={'no-writes'}";
  const code = `#!lua name=lib\nredis.register_function{function_name='get', callback=${body}}`;
  await client.call("FUNCTION", "LOAD", code);
  await client.call("SET", "k", "1");
  await reader.call("HELLO", "3");
  await reader.call("CLIENT", "TRACKING", "ON");
  expect(await reader.call("FCALL_RO", "get", "1", "k")).toBe("1");
  const told = reader.readPlain();
  await client.call("SET", "k", "2");
  expect(await told).toEqual(["invalidate", ["k"]]);
});
