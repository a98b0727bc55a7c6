/** What redis-server 7.0.15 answers is the same, but for the order of several names. */
import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("a subscriber is told of its subscriptions and of messages", async () => {
  await using server = await startServer();
  const [a, b] = [await server.connect(), await server.connect()];
  a.send("SUBSCRIBE", "c", "d");
  expect([await a.readPlain(), await a.readPlain()]).toEqual([
    ["subscribe", "c", 1],
    ["subscribe", "d", 2],
  ]);
  expect(await a.call("PSUBSCRIBE", "c*")).toEqual(["psubscribe", "c*", 3]);
  expect(await a.call("SSUBSCRIBE", "c")).toEqual(["ssubscribe", "c", 1]);
  expect(await b.call("PUBLISH", "c", "x\r\n")).toBe(2);
  expect(await b.call("PUBLISH", "nobody", "x")).toBe(0);
  expect(await b.call("SPUBLISH", "c", "")).toBe(1);
  expect([await a.readPlain(), await a.readPlain(), await a.readPlain()]).toEqual([
    ["message", "c", "x\r\n"],
    ["pmessage", "c*", "c", "x\r\n"],
    ["smessage", "c", ""],
  ]);
});

test("ending subscriptions is told one by one, and once where there is nothing", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const bytes = (word: string, name: string | null, count: number) =>
    `*3\r\n$${word.length}\r\n${word}\r\n${name === null ? "$-1" : `$${name.length}\r\n${name}`}\r\n:${count}\r\n`;
  expect(await client.wire("UNSUBSCRIBE")).toBe(bytes("unsubscribe", null, 0));
  expect(await client.wire("PUNSUBSCRIBE")).toBe(bytes("punsubscribe", null, 0));
  expect(await client.wire("SUNSUBSCRIBE", "x")).toBe(bytes("sunsubscribe", "x", 0));
  client.send("SUBSCRIBE", "c", "d");
  await client.read();
  await client.read();
  expect(await client.wire("PSUBSCRIBE", "p")).toBe(bytes("psubscribe", "p", 3));
  expect(await client.wire("UNSUBSCRIBE", "x")).toBe(bytes("unsubscribe", "x", 3));
  client.send("UNSUBSCRIBE");
  expect([await client.readPlain(), await client.readPlain()]).toEqual([
    ["unsubscribe", "c", 2],
    ["unsubscribe", "d", 1],
  ]);
  expect(await client.wire("PUNSUBSCRIBE")).toBe(bytes("punsubscribe", "p", 0));
  expect(await client.call("PING")).toBe("PONG");
});

test("in RESP2 a subscriber may do little else", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SUBSCRIBE", "c");
  const refused = (name: string) =>
    replyError(
      `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
    );
  expect(await client.call("GET", "k")).toEqual(refused("get"));
  expect(await client.call("CLIENT", "ID")).toEqual(refused("client|id"));
  expect(await client.call("HELLO", 3)).toEqual(refused("hello"));
  expect(await client.call("PING")).toEqual(["pong", ""]);
  expect(await client.call("PING", "x")).toEqual(["pong", "x"]);
  expect(await client.call("RESET")).toBe("RESET");
  expect(await client.call("GET", "k")).toBeNull();
  expect(server.app.pubSub.count("channel")).toBe(0);
  await client.call("SUBSCRIBE", "c");
  expect(await client.call("QUIT")).toBe("OK");
  await client.closed;
});

test("in RESP3 messages are pushes, and everything else goes on", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("HELLO", 3);
  expect(await client.reply("SUBSCRIBE", "c")).toMatchObject({ kind: "push" });
  expect(await client.call("PING")).toBe("PONG");
  client.send("PUBLISH", "c", "x");
  expect(await client.read()).toMatchObject({ kind: "push" });
  expect(await client.readPlain()).toBe(1);
});

test("a client that wants no replies gets messages all the same", async () => {
  await using server = await startServer();
  const [a, b] = [await server.connect(), await server.connect()];
  await a.call("HELLO", 3);
  a.send("CLIENT", "REPLY", "OFF");
  expect(await a.call("SUBSCRIBE", "c")).toEqual(["subscribe", "c", 1]);
  b.send("CLIENT", "REPLY", "OFF");
  b.send("PUBLISH", "c", "x");
  expect(await a.readPlain()).toEqual(["message", "c", "x"]);
});

test("messages stand among the replies of EXEC where they were published", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const line of ["MULTI", "SUBSCRIBE c", "PING", "PUBLISH c 1"]) {
    await client.call(...line.split(" "));
  }
  client.send("EXEC");
  client.send("UNSUBSCRIBE");
  expect(await client.readPlain()).toEqual([
    ["subscribe", "c", 1],
    ["pong", ""],
    ["message", "c", "1"],
  ]);
  expect(await client.readPlain()).toBe(1);
  expect(await client.readPlain()).toEqual(["unsubscribe", "c", 0]);
});

test("a message comes behind the write before it, in order with what others publish", async () => {
  await using server = await startServer();
  const [a, b] = [await server.connect(), await server.connect()];
  await a.call("SUBSCRIBE", "c");
  const requests = Array.from({ length: 500 }, (_, i) => ["PUBLISH", "c", `${i}`]);
  expect(await b.pipeline(requests)).toEqual(requests.map(() => 1));
  for (const [, , word] of requests) expect(await a.readPlain()).toEqual(["message", "c", word!]);
});

test("PUBSUB shows who is subscribed", async () => {
  await using server = await startServer();
  const [a, b] = [await server.connect(), await server.connect()];
  a.send("SUBSCRIBE", "a1", "a2", "b");
  for (let i = 0; i < 3; i++) await a.read();
  await a.call("PSUBSCRIBE", "a*");
  await a.call("SSUBSCRIBE", "s");
  for (const [line, reply] of [
    ["CHANNELS", ["a1", "a2", "b"]],
    ["CHANNELS a*", ["a1", "a2"]],
    ["NUMSUB", []],
    ["NUMSUB b x", ["b", 1, "x", 0]],
    ["NUMPAT", 1],
    ["SHARDCHANNELS", ["s"]],
    ["SHARDCHANNELS x*", []],
    ["SHARDNUMSUB s b", ["s", 1, "b", 0]],
  ] as const) {
    expect(await b.call("PUBSUB", ...line.split(" "))).toEqual(reply);
  }
  expect(await b.call("PUBSUB", "CHANNELS", "a", "b")).toEqual(
    replyError(
      "ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.",
    ),
  );
  expect(await b.call("INFO", "stats")).toContain(
    "pubsub_channels:3\r\npubsub_patterns:1\r\npubsubshard_channels:1\r\n",
  );
  expect(await b.call("CLIENT", "LIST", "TYPE", "pubsub")).toContain(
    " flags=P db=0 sub=3 psub=1 ssub=1 ",
  );
  expect(await b.call("CLIENT", "KILL", "TYPE", "pubsub")).toBe(1);
  await a.closed;
  while (server.app.pubSub.count("channel") > 0) await b.call("PING");
  expect(await b.call("PUBLISH", "b", "x")).toBe(0);
});

test("a subscriber that does not read is closed at its own limit, and keeps nobody waiting", async () => {
  await using server = await startServer({ "client-output-buffer-limit": "pubsub 1mb 0 0" });
  const [slow, quick] = [await server.connect(), await server.connect()];
  await slow.call("SUBSCRIBE", "c");
  slow.stopReading();
  const message = "x".repeat(10_000);
  for (let i = 0; i < 3000; i++) {
    if ((await quick.call("PUBLISH", "c", message)) === 0) break;
  }
  expect(await quick.call("PUBLISH", "c", message)).toBe(0);
  expect([...server.app.clients()]).toHaveLength(1);
});

test("a subscriber is not idle", async () => {
  await using server = await startServer({ timeout: "1" });
  const [idle, subscriber] = [await server.connect(), await server.connect()];
  await subscriber.call("SUBSCRIBE", "c");
  await idle.closed;
  expect(subscriber.isClosed).toBe(false);
}, 60_000);

test("what one client subscribes to is bounded", async () => {
  await using server = await startServer({ "client-query-buffer-limit": "1mb" });
  const client = await server.connect();
  const names = Array.from({ length: 6000 }, (_, i) => `${i}`);
  expect(await client.call("SUBSCRIBE", ...names)).toEqual(
    replyError("ERR client-query-buffer-limit does not allow this client to hold more"),
  );
  expect(await client.call("PING")).toBe("PONG");
});
