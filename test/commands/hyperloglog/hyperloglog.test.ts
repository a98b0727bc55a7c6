import { describe, expect, test } from "bun:test";
import { keepLog } from "../../support/keep-log.ts";
import { differencesTo, recordedReplies } from "../../support/recorded-replies.ts";
import { caughtUp, follow } from "../../support/replicas.ts";
import { type RespClient, replyError, startServer } from "../../support/start-server.ts";

const recorded = recordedReplies(new URL("redis-hyperloglog.jsonl", import.meta.url));

keepLog();

/** The payload in an answer to DUMP. */
async function dumpOf(client: RespClient, key: string): Promise<Buffer> {
  const wire = await client.wire("DUMP", key);
  return Buffer.from(wire.replace(/^[^\n]*\n/, ""), "latin1").subarray(0, -2);
}

function elements(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `e${i}`);
}

describe("724 commands, random ones and rare ones, Redis's dumps among them, are answered as by Redis", () => {
  test("from memory", async () => {
    expect(recorded.length).toBe(724);
    expect(await differencesTo(recorded)).toEqual([]);
  }, 60_000);

  test("from SQLite, now and then", async () => {
    expect(await differencesTo(recorded, ({ app }) => app.ledis.reload())).toEqual([]);
  }, 60_000);
});

test("what is dumped is restored, byte for byte", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("PFADD", "sparse", ...elements(800));
  await client.call("PFCOUNT", "sparse");
  await client.call("PFADD", "dense", ...elements(5000));
  for (const key of ["sparse", "dense"]) {
    expect(await client.call("PFDEBUG", "ENCODING", key)).toBe(key);
    expect(await client.call("RESTORE", "again", 0, await dumpOf(client, key), "REPLACE")).toBe(
      "OK",
    );
    expect(await client.wire("GET", "again")).toBe(await client.wire("GET", key));
  }
});

test("a watched key is touched by what changes it, and by nothing else", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  await client.call("PFADD", "h", "a");
  await client.call("PFCOUNT", "h");
  const isTouchedBy = async (...words: string[]): Promise<boolean> => {
    await client.call("WATCH", "h");
    await other.call(...words);
    await client.call("MULTI");
    return (await client.call("EXEC")) === null;
  };
  expect(await isTouchedBy("PFADD", "h", "a")).toBe(false);
  expect(await isTouchedBy("PFCOUNT", "h")).toBe(false);
  expect(await isTouchedBy("PFADD", "h", "b")).toBe(true);
  expect(await isTouchedBy("PFCOUNT", "h")).toBe(true);
  expect(await isTouchedBy("PFMERGE", "h", "h")).toBe(true);
  expect(await isTouchedBy("PFDEBUG", "ENCODING", "h")).toBe(false);
  expect(await isTouchedBy("PFDEBUG", "TODENSE", "h")).toBe(true);
  expect(await isTouchedBy("PFDEBUG", "TODENSE", "h")).toBe(false);
});

test("a slave counts without writing, and has its master's string, byte for byte", async () => {
  await using master = await startServer();
  await using slave = await startServer();
  const [at, to] = [await master.connect(), await slave.connect()];
  await at.call("PFADD", "h", ...elements(300));
  await follow(slave, master);
  const uncounted = await at.wire("GET", "h");
  const count = await to.call("PFCOUNT", "h");
  expect(await to.wire("GET", "h")).toBe(uncounted);
  expect(await at.call("PFCOUNT", "h")).toBe(count);
  await at.call("PFDEBUG", "TODENSE", "h");
  await caughtUp(slave, master);
  expect(await to.wire("GET", "h")).toBe(await at.wire("GET", "h"));
  expect(await to.call("PFADD", "h", "x")).toEqual(
    replyError("READONLY You can't write against a read only replica."),
  );
}, 60_000);

test("a script that may not write may not count, as counting may write", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("PFADD", "h", "a");
  const text = "return redis.pcall('PFCOUNT', KEYS[1])";
  expect(await client.call("EVAL_RO", text, 1, "h")).toEqual(
    replyError("ERR Write commands are not allowed from read-only scripts."),
  );
  expect(await client.call("EVAL", text, 1, "h")).toBe(1);
});

test("PFSELFTEST finds nothing wrong, within EXEC too, and lets others be served meanwhile", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  const order: string[] = [];
  await Promise.all([
    client.call("PFSELFTEST").then((reply) => order.push(`check ${reply}`)),
    other.call("PING").then((reply) => order.push(`ping ${reply}`)),
  ]);
  expect(order).toEqual(["ping PONG", "check OK"]);
  await client.call("MULTI");
  await client.call("PFSELFTEST");
  expect(await client.call("EXEC")).toEqual(["OK"]);
});

test("COMMAND tells what each of them does to its keys, as Redis does", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const keysAndFlags = (...words: string[]) => client.call("COMMAND", "GETKEYSANDFLAGS", ...words);
  expect(await keysAndFlags("PFADD", "a", "x")).toEqual([["a", ["RW", "insert"]]]);
  expect(await keysAndFlags("PFCOUNT", "a", "b")).toEqual([
    ["a", ["RW", "access"]],
    ["b", ["RW", "access"]],
  ]);
  expect(await keysAndFlags("PFMERGE", "a", "b", "c")).toEqual([
    ["a", ["RW", "access", "insert"]],
    ["b", ["RO", "access"]],
    ["c", ["RO", "access"]],
  ]);
  expect(await keysAndFlags("PFDEBUG", "ENCODING", "a")).toEqual([["a", ["RW", "access"]]]);
  const names = await client.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "hyperloglog");
  expect((names as string[]).sort()).toEqual([
    ...["pfadd", "pfcount", "pfdebug", "pfmerge", "pfselftest"],
  ]);
});
