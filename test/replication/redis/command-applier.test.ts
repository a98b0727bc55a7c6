import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { CommandApplier } from "../../../src/replication/redis/command-applier.ts";
import { MasterClient } from "../../../src/replication/redis/master-client.ts";
import { Request } from "../../../src/resp/request.ts";
import { keepLog } from "../../support/keep-log.ts";
import { replyError, startServer, type TestServer } from "../../support/start-server.ts";

const lines = keepLog();

function applierFor({ app }: TestServer) {
  const client = new MasterClient("m:1", app, ForeignDatabases.seen(app.ledis));
  const seen = { asked: 0 };
  const applier = new CommandApplier(client, 0, { asked: () => void seen.asked++ });
  const take = (...texts: string[]) =>
    applier.take(Request.of(texts.map((text) => fromText(text))));
  return { applier, seen, take };
}

test("commands run in the database that was selected, a transaction with its end", async () => {
  await using server = await startServer();
  await using client = await server.connect();
  const { applier, seen, take } = applierFor(server);
  take("SELECT", "2");
  take("set", "k", "1");
  take("MULTI");
  expect(applier.isWhole).toBe(false);
  take("INCR", "k");
  take("SELECT", "3");
  take("SADD", "s", "a", "b");
  expect(
    await client.pipeline([
      ["SELECT", 2],
      ["GET", "k"],
    ]),
  ).toEqual(["OK", "1"]);
  take("EXEC");
  expect([applier.isWhole, applier.database]).toEqual([true, 3]);
  expect(
    await client.pipeline([
      ["GET", "k"],
      ["SELECT", 3],
      ["SCARD", "s"],
    ]),
  ).toEqual(["2", "OK", 2]);
  expect([seen.asked, applier.skipped]).toEqual([0, 0]);
});

test("what is not for the data is heard, or passed over", async () => {
  await using server = await startServer();
  const { applier, seen, take } = applierFor(server);
  take("PING");
  take("REPLCONF", "GETACK", "*");
  take("PFCOUNT", "p");
  take("PUBLISH", "c", "m");
  expect([seen.asked, applier.skipped]).toEqual([1, 0]);
});

test("libraries of functions come and go, and are undone with a transaction that cannot be followed", async () => {
  await using server = await startServer();
  const { applier, take } = applierFor(server);
  const code = (name: string) =>
    `#!lua name=${name}\nredis.register_function('${name}', function() return 1 end)`;
  await using client = await server.connect();
  take("FUNCTION", "LOAD", code("a"));
  take("FUNCTION", "LOAD", "REPLACE", code("a"));
  take("FUNCTION", "LOAD", code("b"));
  take("FUNCTION", "DELETE", "b");
  const gone = replyError("ERR Function not found");
  const call = (name: string) => client.call("FCALL", name, "0");
  expect([await call("a"), await call("b")]).toEqual([1, gone]);
  take("MULTI");
  take("FUNCTION", "FLUSH");
  take("SELECT", "99");
  expect(() => take("EXEC")).toThrow("raise databases");
  expect([await call("a"), applier.skipped]).toEqual([1, 0]);
});

test("what fails is counted, and the first twenty are told of", async () => {
  await using server = await startServer();
  const { applier, take } = applierFor(server);
  take("SET", "k", "v");
  for (let i = 0; i < 6; i++) {
    take("INCR", "k");
    take("FT.CREATE", "i");
    take("SET", "k");
    take("CONFIG", "SET", "sync", "no");
  }
  expect(applier.skipped).toBe(24);
  const reasons = lines.map((line) => /reason=(.*)\n/.exec(line)?.[1]);
  expect(reasons).toHaveLength(20);
  expect(new Set(reasons)).toEqual(
    new Set([
      '"ERR value is not an integer or out of range"',
      '"ERR unknown command"',
      `"ERR wrong number of arguments for 'set' command"`,
      '"ERR it is no command that writes"',
    ]),
  );
});

test("commands that others do in slices are done at once", async () => {
  await using server = await startServer();
  await using client = await server.connect();
  const scores = Array.from({ length: 30_000 }, (_, i) => [i, `m${i}`]).flat();
  await client.call("ZADD", "z", ...scores);
  const { applier, take } = applierFor(server);
  take("ZUNIONSTORE", "to", "1", "z");
  take("SORT", "z", "ALPHA", "STORE", "sorted");
  take("COPY", "z", "copy");
  expect(
    await client.pipeline([
      ["ZCARD", "to"],
      ["LLEN", "sorted"],
      ["ZCARD", "copy"],
    ]),
  ).toEqual([30_000, 30_000, 30_000]);
  expect(applier.skipped).toBe(0);
});

test("who waits for a key here is served", async () => {
  await using server = await startServer();
  await using client = await server.connect();
  const { take } = applierFor(server);
  client.send("XREAD", "BLOCK", 5000, "STREAMS", "st", "$");
  await Bun.sleep(20);
  take("XADD", "st", "1-1", "a", "b");
  expect(await client.readPlain()).toEqual([["st", [["1-1", ["a", "b"]]]]]);
  client.send("XREAD", "BLOCK", 5000, "STREAMS", "st", "$");
  await Bun.sleep(20);
  for (const words of [
    ["MULTI"],
    ["XADD", "st", "2-1", "a", "b"],
    ["XADD", "st", "3-1", "c", "d"],
  ]) {
    take(...words);
  }
  take("EXEC");
  expect(await client.readPlain()).toEqual([
    [
      "st",
      [
        ["2-1", ["a", "b"]],
        ["3-1", ["c", "d"]],
      ],
    ],
  ]);
});

test("what ends it leaves nothing done of its command or its transaction", async () => {
  await using server = await startServer({ databases: "2" });
  await using client = await server.connect();
  const { applier, take } = applierFor(server);
  take("SET", "a", "1");
  for (const words of [
    ["SELECT", "2"],
    ["MOVE", "a", "2"],
    ["COPY", "a", "b", "DB", "2"],
    ["SWAPDB", "0", "2"],
  ]) {
    expect(() => take(...words)).toThrow("raise databases");
    take("MULTI");
    take("SELECT", "1");
    take("SET", "within", "1");
    take(...words);
    expect(() => take("EXEC")).toThrow("raise databases");
    expect(applier.database).toBe(0);
  }
  expect(() => take("EVAL", "return 1", "0")).toThrow("older than Redis 5");
  expect(await client.pipeline([["GET", "a"], ["DBSIZE"], ["SELECT", 1], ["DBSIZE"]])).toEqual([
    ...["1", 1, "OK", 0],
  ]);
  expect(applier.skipped).toBe(0);
});

test("forms that only a master may send", async () => {
  await using server = await startServer();
  await using client = await server.connect();
  const { applier, take } = applierFor(server);
  take("XADD", "x", "MAXLEN", "=", "1", "LIMIT", "100", "1-1", "a", "b");
  take("XADD", "x", "NOMKSTREAM", "MAXLEN", "=", "2", "LIMIT", "100", "2-1", "a", "b");
  take("XTRIM", "x", "MINID", "=", "2-0", "LIMIT", "100");
  expect(await client.call("XRANGE", "x", "-", "+")).toEqual([["2-1", ["a", "b"]]]);
  take("SCRIPT", "LOAD", "return 1");
  take("SCRIPT", "FLUSH");
  expect(applier.skipped).toBe(0);
});

test("a cardinality is noted as the master notes it, also while this server follows", async () => {
  await using server = await startServer();
  await using client = await server.connect();
  const { take } = applierFor(server);
  const { ledis } = server.app;
  ledis.translate();
  const asMaster = (...words: string[]) => {
    ledis.expiry.hides = false;
    take(...words);
    ledis.expiry.hides = true;
  };
  asMaster("PFADD", "p", "a", "b");
  const before = await client.call("GET", "p");
  await client.call("PFCOUNT", "p");
  expect(await client.call("GET", "p")).toEqual(before);
  asMaster("PFCOUNT", "p");
  expect(await client.call("GET", "p")).not.toEqual(before);
});
