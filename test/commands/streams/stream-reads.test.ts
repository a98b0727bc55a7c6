import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("XREAD waits for an entry, and each who waits gets it", async () => {
  await using server = await startServer();
  const other = await server.connect();
  const { waiters } = server.app.ledis;
  const lines = ["XREAD BLOCK 0 STREAMS s $", "XREAD COUNT 1 BLOCK 0 STREAMS no s 0 0-0"];
  const clients = [];
  for (const line of lines) {
    const client = await server.connect();
    client.send(...line.split(" "));
    clients.push(client);
    while (waiters.count < clients.length) await other.call("PING");
  }
  await other.call("XADD", "s", "1", "f", "v");
  for (const client of clients) {
    expect(await client.readPlain()).toEqual([["s", [["1-0", ["f", "v"]]]]]);
  }
  expect(waiters.count).toBe(0);
});

test("it waits on while what changes is nothing new, or no stream", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  await other.call("XADD", "s", "5", "f", "v");
  client.send("XREAD", "BLOCK", "0", "STREAMS", "s", "7");
  while (server.app.ledis.waiters.count === 0) await other.call("PING");
  await other.call("XADD", "s", "6", "f", "v");
  await other.call("XDEL", "s", "6");
  await other.call("DEL", "s");
  await other.call("SET", "s", "text");
  expect(server.app.ledis.waiters.count).toBe(1);
  await other.call("DEL", "s");
  await other.call("XADD", "s", "8", "f", "v");
  expect(await client.readPlain()).toEqual([["s", [["8-0", ["f", "v"]]]]]);
});

test("who waits too long, or may not wait, gets null; in RESP3 replies are maps", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.wire("XREAD", "BLOCK", "1", "STREAMS", "s", "0")).toBe("*-1\r\n");
  await client.call("MULTI");
  await client.call("XREAD", "BLOCK", "0", "STREAMS", "s", "0");
  expect(await client.call("EXEC")).toEqual([null]);
  await client.call("XADD", "s", "1", "f", "v");
  await client.call("HELLO", 3);
  expect(await client.wire("XREAD", "STREAMS", "s", "0")).toBe(
    "%1\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n",
  );
  expect(await client.wire("XREAD", "STREAMS", "s", "1")).toBe("_\r\n");
});

test("XREADGROUP waits; of several consumers the first one gets an entry", async () => {
  await using server = await startServer();
  const other = await server.connect();
  await other.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
  const clients = [];
  for (const name of ["a", "b"]) {
    const client = await server.connect();
    client.send("XREADGROUP", "GROUP", "g", name, "BLOCK", "0", "STREAMS", "s", ">");
    clients.push(client);
    while (server.app.ledis.waiters.count < clients.length) await other.call("PING");
  }
  for (const [i, client] of clients.entries()) {
    await other.call("XADD", "s", `${i + 1}`, "f", "v");
    expect(await client.readPlain()).toEqual([["s", [[`${i + 1}-0`, ["f", "v"]]]]]);
  }
  expect(await other.call("XPENDING", "s", "g")).toEqual([
    2,
    "1-0",
    "2-0",
    [
      ["a", "1"],
      ["b", "1"],
    ],
  ]);
});

test("it ends with an error when the stream or the group goes", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  const wait = async () => {
    await other.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
    client.send("XREADGROUP", "GROUP", "g", "c", "BLOCK", "0", "STREAMS", "s", ">");
    while (server.app.ledis.waiters.count === 0) await other.call("PING");
  };
  await wait();
  await other.call("DEL", "s");
  expect(await client.readPlain()).toEqual(replyError("UNBLOCKED the stream key no longer exists"));
  await wait();
  await other.call("XGROUP", "DESTROY", "s", "g");
  expect(await client.readPlain()).toEqual(
    replyError("NOGROUP the consumer group this client was blocked on no longer exists"),
  );
});

test("an entry that is gone again within its turn wakes nobody", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  client.send("XREAD", "BLOCK", "0", "STREAMS", "s", "0");
  while (server.app.ledis.waiters.count === 0) await other.call("PING");
  await other.call(
    "EVAL",
    "redis.call('XADD', 's', '1', 'f', 'v'); return redis.call('DEL', 's')",
    0,
  );
  expect(server.app.ledis.waiters.count).toBe(1);
  await other.call("XADD", "s", "1", "f", "v");
  expect(await client.readPlain()).toEqual([["s", [["1-0", ["f", "v"]]]]]);
});

test("COMMAND GETKEYS finds the streams behind STREAMS", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const keys = (line: string) => client.call("COMMAND", "GETKEYS", ...line.split(" "));
  expect(await keys("XREAD COUNT 2 BLOCK 0 STREAMS a b 0 0")).toEqual(["a", "b"]);
  expect(await keys("XREADGROUP GROUP streams c NOACK STREAMS a >")).toEqual(["a"]);
});
