/** What redis-server 7.0.15 answers is the same, but for failures of the disk. */
import { expect, test } from "bun:test";
import { StorageError } from "../../../src/errors.ts";
import {
  type RespClient,
  replyError,
  startServer,
  type TestServer,
} from "../../support/start-server.ts";

const ABORTED = replyError("EXECABORT Transaction discarded because of previous errors.");
const MISCONF = replyError("MISCONF Errors writing to the binlog: disk full");

/** Sends each line and answers the replies. */
async function talk(client: RespClient, ...lines: readonly string[]) {
  const replies = [];
  for (const line of lines) replies.push(await client.call(...line.split(" ")));
  return replies;
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

test("what is queued runs at EXEC, errors and all", async () => {
  await using server = await startServer();
  const [a, b] = [await server.connect(), await server.connect()];
  expect(await talk(a, "MULTI", "SET k 1", "LPUSH k x", "INCR k")).toEqual([
    ...["OK", "QUEUED"],
    ...["QUEUED", "QUEUED"],
  ]);
  expect(await b.call("GET", "k")).toBeNull();
  expect(await a.call("EXEC")).toEqual([
    "OK",
    replyError("WRONGTYPE Operation against a key holding the wrong kind of value"),
    2,
  ]);
  expect(await talk(a, "MULTI", "EXEC", "EXEC")).toEqual([
    ...["OK", []],
    replyError("ERR EXEC without MULTI"),
  ]);
});

test("a reply is what was true at its place, whatever comes behind it", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await talk(client, "SET k aaaa", "MULTI", "GET k", "SET k bbbb", "GET k", "DEL k", "GET k");
  expect(await client.call("EXEC")).toEqual(["aaaa", "OK", "bbbb", 1, null]);
});

test.each([["NOSUCH"], ["GET"], ["CLIENT NOSUCH"], ["SAVE"], ["SHUTDOWN"], ["DISCARD x"]])(
  "%p between MULTI and EXEC discards everything",
  async (line) => {
    await using server = await startServer();
    const client = await server.connect();
    const replies = await talk(client, "MULTI", "SET k 1", line, "SET k 2", "EXEC", "GET k");
    expect(replies[2]).toMatchObject({ error: expect.stringMatching(/^ERR /) });
    expect(replies.slice(3)).toEqual(["QUEUED", ABORTED, null]);
  },
);

test("what may not be nested is refused, and the queue lives on", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await talk(client, "DISCARD", "MULTI", "MULTI", "WATCH k", "PING", "EXEC")).toEqual([
    replyError("ERR DISCARD without MULTI"),
    "OK",
    replyError("ERR MULTI calls can not be nested"),
    replyError("ERR WATCH inside MULTI is not allowed"),
    "QUEUED",
    ["PONG"],
  ]);
});

test("an EXEC with words discards, and says why", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await talk(client, "MULTI", "SET k 1", "EXEC x", "EXEC", "GET k")).toEqual([
    ...["OK", "QUEUED"],
    replyError(
      "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command",
    ),
    replyError("ERR EXEC without MULTI"),
    null,
  ]);
});

test("DISCARD and RESET forget queue and watched keys", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const end of ["DISCARD", "RESET"]) {
    await talk(client, "WATCH k", "SET k 1", "MULTI", "SET k 2", end);
    expect(await talk(client, "GET k", "MULTI", "PING", "EXEC")).toEqual([
      ...["1", "OK"],
      ...["QUEUED", ["PONG"]],
    ]);
  }
});

test("EXEC answers null when a watched key has changed, and the next one runs", async () => {
  await using server = await startServer();
  const [a, b] = [await server.connect(), await server.connect()];
  await talk(a, "WATCH k l", "MULTI", "SET k mine");
  await b.call("SET", "l", "theirs");
  expect(await a.wire("EXEC")).toBe("*-1\r\n");
  expect(await talk(a, "GET k", "MULTI", "SET k mine", "EXEC")).toEqual([
    ...[null, "OK"],
    ...["QUEUED", ["OK"]],
  ]);
  await talk(a, "WATCH k", "SET k own", "UNWATCH", "MULTI", "PING");
  expect(await a.call("EXEC")).toEqual(["PONG"]);
  await talk(a, "HELLO 3", "WATCH k", "SET k own", "MULTI", "PING");
  expect(await a.wire("EXEC")).toBe("_\r\n");
});

test("a client that goes away watches nothing any more", async () => {
  await using server = await startServer();
  const [a, b] = [await server.connect(), await server.connect()];
  await talk(a, "WATCH k", "MULTI", "SET k 1");
  a.close();
  while ([...server.app.clients()].length > 1) await b.call("PING");
  expect(await talk(b, "SET k 2", "GET k")).toEqual(["OK", "2"]);
});

test("commands that wait do not wait in EXEC", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await talk(client, "MULTI", "BLPOP l 0", "BRPOPLPUSH l m 0", "BLMOVE l m LEFT LEFT 0");
  await talk(client, "BZPOPMIN z 0", "BZMPOP 0 1 z MIN", "BLMPOP 0 1 l LEFT", "RPUSH l a");
  await client.call("BLPOP", "l", 0);
  expect(await client.wire("EXEC")).toBe(
    "*8\r\n*-1\r\n$-1\r\n$-1\r\n*-1\r\n*-1\r\n*-1\r\n:1\r\n*2\r\n$1\r\nl\r\n$1\r\na\r\n",
  );
});

test("who waits is served behind EXEC, not in it", async () => {
  await using server = await startServer();
  const [a, b] = [await server.connect(), await server.connect()];
  const popped = b.call("BLPOP", "l", 0);
  while (server.app.ledis.waiters.count === 0) await a.call("PING");
  await talk(a, "MULTI", "LPUSH l 1", "LPOP l", "LPUSH l 2", "LPUSH l 3");
  expect(await a.call("EXEC")).toEqual([1, "1", 1, 2]);
  expect(await popped).toEqual(["l", "3"]);
});

test("what takes several turns elsewhere is done at once; what waits for the disk is waited for", async () => {
  await using server = await startServer({ "enable-debug-command": "yes" });
  const client = await server.connect();
  await talk(client, "SET a 1", "MULTI", "SET b 2", "DBSIZE", "KEYS *", "DEBUG FLUSH", "GET b");
  await talk(client, "INFO keyspace", "DEBUG FLUSH", "PING");
  client.send("EXEC");
  client.send("PING", "behind");
  const [set, size, keys, flushed, got, info, ...rest] = (await client.readPlain()) as string[];
  expect([set, size, keys, flushed, got]).toEqual(["OK", 2, ["a", "b"], "OK", "2"] as never);
  expect(info).toContain("db0:keys=2,");
  expect(rest).toEqual(["OK", "PONG"]);
  expect(await client.readPlain()).toBe("behind");
});

test("the commands of EXEC are counted and logged, EXEC is not slow", async () => {
  await using server = await startServer({ "slowlog-log-slower-than": "0" });
  const client = await server.connect();
  await talk(client, "MULTI", "SET k 1", "LPUSH k x", "EXEC");
  const { stats, slowLog } = server.app;
  expect(stats.commands.get("set")).toMatchObject({ calls: 1, failed: 0 });
  expect(stats.commands.get("lpush")).toMatchObject({ calls: 1, failed: 1 });
  expect(stats.commands.get("exec")).toMatchObject({ calls: 1 });
  const names = slowLog.entries(-1).map(({ args }) => Buffer.from(args[0]!).toString());
  expect(names).toEqual(["LPUSH", "SET", "MULTI"]);
});

test("a client with replies off gets none of EXEC either", async () => {
  await using server = await startServer();
  const client = await server.connect();
  client.send("CLIENT", "REPLY", "OFF");
  for (const word of ["MULTI", "PING", "EXEC"]) client.send(word);
  expect(await client.call("CLIENT", "REPLY", "ON")).toBe("OK");
  expect(client.unread).toBe(0);
});

test("what one client queues and watches is bounded", async () => {
  await using server = await startServer({ "client-query-buffer-limit": "1mb" });
  const client = await server.connect();
  await client.call("MULTI");
  const replies = [];
  for (let i = 0; i < 12; i++) replies.push(await client.call("SET", "k", "x".repeat(100_000)));
  expect(replies[9]).toBe("QUEUED");
  expect(replies[10]).toEqual(
    replyError("ERR client-query-buffer-limit does not allow this client to hold more"),
  );
  expect(replies[11]).toBe("QUEUED");
  const [connection] = server.app.clients();
  expect(connection!.transaction.bytes).toBe(0);
  expect(await client.call("EXEC")).toEqual(ABORTED);
  const keys = Array.from({ length: 4000 }, (_, i) => `${i}`);
  expect(await client.call("WATCH", ...keys)).toBe("OK");
  expect(await client.call("WATCH", ...keys)).toMatchObject({ error: expect.any(String) });
});

test("an EXEC that answers more than may be left unread closes its client, and is done", async () => {
  await using server = await startServer({ "client-output-buffer-limit": "1mb" });
  const [client, other] = [await server.connect(), await server.connect()];
  await client.call("SET", "big", "x".repeat(200_000));
  await talk(client, "MULTI", ...Array.from({ length: 20 }, () => "GET big"), "SET done 1");
  client.send("EXEC");
  await client.closed;
  expect(await other.call("GET", "done")).toBe("1");
});

test("a log that refuses the turn fails EXEC as a whole, and nothing of it is there", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await talk(client, "SET k before", "MULTI", "SET k after", "INCR n", "GET k");
  failNextTurn(server);
  expect(await client.wire("EXEC")).toBe("-MISCONF Errors writing to the binlog: disk full\r\n");
  expect(await talk(client, "GET k", "GET n", "EXEC")).toEqual([
    ...["before", null],
    replyError("ERR EXEC without MULTI"),
  ]);
});

test("the same where a part of the answer comes later", async () => {
  await using server = await startServer({ "enable-debug-command": "yes" });
  const client = await server.connect();
  await talk(client, "MULTI", "SET k after", "DEBUG FLUSH", "GET k");
  failNextTurn(server);
  expect(await client.call("EXEC")).toMatchObject({ error: expect.stringMatching(/^MISCONF /) });
  expect(await talk(client, "GET k", "PING")).toEqual([null, "PONG"]);
});

test("a turn that fails while commands are queued takes nothing from the queue", async () => {
  await using server = await startServer();
  const client = await server.connect();
  failNextTurn(server);
  const replies = await client.pipeline([
    ["SET", "k", "1"],
    ["MULTI"],
    ["SET", "k", "2"],
    ["SUBSCRIBE", "c"],
  ]);
  expect(replies).toEqual([MISCONF, "OK", "QUEUED", "QUEUED"]);
  await client.call("DISCARD");
  expect(await client.call("GET", "k")).toBeNull();
});

test("a watch that began in a turn that failed is broken", async () => {
  await using server = await startServer();
  const client = await server.connect();
  failNextTurn(server);
  await client.pipeline([
    ["SET", "k", "1"],
    ["WATCH", "k"],
  ]);
  expect(await talk(client, "MULTI", "PING", "EXEC")).toEqual(["OK", "QUEUED", null]);
});

test("while the disk takes no writes, writes are refused when queued and at EXEC", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await talk(client, "MULTI", "SET k 1");
  const { keyspace } = server.app.ledis;
  Object.defineProperty(keyspace, "writeFailure", { value: "disk full", configurable: true });
  expect(await talk(client, "EXEC", "MULTI", "SET k 1", "EXEC", "MULTI", "GET k", "EXEC")).toEqual([
    replyError(`EXECABORT Transaction discarded because of: ${MISCONF.error}`),
    "OK",
    MISCONF,
    ABORTED,
    ...["OK", "QUEUED", [null]],
  ]);
  Reflect.deleteProperty(keyspace, "writeFailure");
});

test("an EXEC that writes waits for CLIENT PAUSE WRITE, one that reads does not", async () => {
  await using server = await startServer();
  const [a, b] = [await server.connect(), await server.connect()];
  await talk(a, "MULTI", "SET k 1");
  await talk(b, "MULTI", "GET k", "CLIENT PAUSE 100000 WRITE", "EXEC");
  a.send("EXEC");
  expect(await talk(b, "MULTI", "GET k", "EXEC")).toEqual(["OK", "QUEUED", [null]]);
  await b.call("CLIENT", "UNPAUSE");
  expect(await a.readPlain()).toEqual(["OK"]);
});

test("one turn holds all of it: a crash right behind keeps it whole", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const turns = () => server.app.ledis.keyspace.stats().turns;
  await client.call("PING");
  const before = turns();
  await client.pipeline([["MULTI"], ["SET", "a", "1"], ["SET", "b", "2"], ["EXEC"]]);
  expect(turns() - before).toBe(1);
});
