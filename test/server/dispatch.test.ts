import { expect, test } from "bun:test";
import { StorageError } from "../../src/errors.ts";
import { log } from "../../src/log.ts";
import { replyError, startServer } from "../support/start-server.ts";

test("an unknown command is told with its first words, as in Redis", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const [words, error] of [
    [["NOSUCH"], "'NOSUCH', with args beginning with: "],
    [["nosuch", "a", "b"], "'nosuch', with args beginning with: 'a' 'b' "],
    [[""], "'', with args beginning with: "],
    [["GET\r\n", "a"], "'GET  ', with args beginning with: 'a' "],
    [["x\0y", "a\0b"], "'x', with args beginning with: 'a' "],
    [["x".repeat(200)], `'${"x".repeat(128)}', with args beginning with: `],
    [["x", "y".repeat(200), "z"], `'x', with args beginning with: '${"y".repeat(128)}' `],
  ] as const) {
    const reply = (await client.call(...words)) as { error: string };
    expect(reply.error.trimEnd()).toBe(`ERR unknown command ${error}`.trimEnd());
  }
});

test("names are found in any case", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("pInG")).toBe("PONG");
  expect(await client.call("cLiEnT", "iD")).toBe(1);
});

test("what a client has asked for last is kept, also when it was refused", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  const last = async () => {
    const list = `${await other.call("CLIENT", "LIST")}`;
    return /^id=1 .* cmd=(\S+)/m.exec(list)?.[1];
  };
  expect(await last()).toBe("NULL");
  for (const [words, name] of [
    [["PING"], "ping"],
    [["GET"], "get"],
    [["CONFIG", "GET", "port"], "config|get"],
    [["NOSUCH"], "NULL"],
    [["MULTI"], "multi"],
    [["SET", "a", "b"], "set"],
  ] as const) {
    await client.call(...words);
    expect(await last()).toBe(name);
  }
});

test("calls, failures and rejections are counted by command, with its subcommand", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "x");
  await client.call("INCR", "a");
  await client.call("INCR");
  await client.call("CLIENT", "KILL", "x");
  await client.call("CLIENT", "FOO");
  const { stats } = server.app;
  expect(stats.commands.get("incr")).toMatchObject({ calls: 1, failed: 1, rejected: 1 });
  expect(stats.commands.get("client|kill")).toMatchObject({ calls: 1, failed: 1, rejected: 0 });
  expect(stats.errors.get("ERR")).toBe(4);
  expect(stats.errorReplies).toBe(4);
});

test("a broken command answers an error, undoes its turn, and the server goes on", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "before");
  const lines: string[] = [];
  const { sink } = log;
  log.sink = (line) => void lines.push(line);
  const { strings } = server.app.ledis.select(0);
  const stretch = strings.stretch.bind(strings);
  strings.stretch = () => {
    throw new TypeError("a bug");
  };
  const replies = await client.pipeline([
    ["SET", "a", "after"],
    ["GET", "a"],
  ]);
  log.sink = sink;
  strings.stretch = stretch;
  for (const reply of replies) expect(reply).toMatchObject({ error: expect.any(String) });
  expect(lines.join("")).toContain("a bug");
  expect(await client.call("GET", "a")).toBe("before");
});

test("while storage refuses writes, they are answered with the reason; reads go on", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "b");
  const { keyspace } = server.app.ledis;
  Object.defineProperty(keyspace, "writeFailure", { value: "disk full", configurable: true });
  expect(await client.call("SET", "a", "c")).toEqual(
    replyError("MISCONF Errors writing to the binlog: disk full"),
  );
  expect(await client.call("GET", "a")).toBe("b");
  Reflect.deleteProperty(keyspace, "writeFailure");
  expect(await client.call("SET", "a", "c")).toBe("OK");
});

test("a storage failure within a command is answered as such", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const { strings } = server.app.ledis.select(0);
  const stretch = strings.stretch.bind(strings);
  strings.stretch = () => {
    throw new StorageError("cannot read");
  };
  expect(await client.call("GET", "a")).toMatchObject({
    error: expect.stringMatching(/^MISCONF .*cannot read/),
  });
  strings.stretch = stretch;
  expect(await client.call("GET", "a")).toBeNull();
});

test("waiting for a key is not slow", async () => {
  await using server = await startServer({ "slowlog-log-slower-than": "20000" });
  const client = await server.connect();
  const other = await server.connect();
  const popped = client.call("BLPOP", "list", 5);
  const started = performance.now();
  while (performance.now() - started < 40) await other.call("PING");
  await other.call("RPUSH", "list", "x");
  expect(await popped).toEqual(["list", "x"]);
  expect(await other.call("SLOWLOG", "LEN")).toBe(0);
  expect(server.app.stats.commands.get("blpop")!.microseconds).toBeLessThan(20_000);
});
