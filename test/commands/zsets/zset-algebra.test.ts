import { expect, test } from "bun:test";
import { type Plain, replyError, startServer } from "../../support/start-server.ts";

const syntax = replyError("ERR syntax error");
const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");

async function replies(lines: readonly (readonly [line: string, reply: Plain])[]): Promise<void> {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("ZADD", "a", 1, "x", 2, "y", 3, "z");
  await client.call("ZADD", "b", 10, "y", 20, "z");
  await client.call("SADD", "set", "z", "w");
  await client.call("SET", "s", "v");
  for (const [line, reply] of lines) {
    expect({ line, reply: await client.call(...line.split(" ")) }).toEqual({ line, reply });
  }
}

test("ZUNION, ZINTER and ZDIFF answer members in order, with scores if asked", async () => {
  await replies([
    ["ZUNION 2 a b", ["x", "y", "z"]],
    ["ZUNION 3 a b set WITHSCORES", ["w", "1", "x", "1", "y", "12", "z", "24"]],
    ["ZINTER 2 a b WEIGHTS 2 0.5 AGGREGATE MAX WITHSCORES", ["y", "5", "z", "10"]],
    ["ZDIFF 2 a b WITHSCORES", ["x", "1"]],
    ["ZINTER 2 a no", []],
    ["ZDIFF 1 no", []],
  ]);
});

test("the STORE forms replace the target", async () => {
  await replies([
    ["ZUNIONSTORE s 2 a b WEIGHTS 1 -1", 3],
    ["ZRANGE s 0 -1 WITHSCORES", ["z", "-17", "y", "-8", "x", "1"]],
    ["ZINTERSTORE a 2 a b", 2],
    ["ZRANGE a 0 -1 WITHSCORES", ["y", "12", "z", "23"]],
    ["ZDIFFSTORE a 2 a b", 0],
    ["EXISTS a", 0],
  ]);
});

test("ZINTERCARD counts up to a limit", async () => {
  await replies([
    ["ZINTERCARD 2 a b", 2],
    ["ZINTERCARD 2 a b LIMIT 1", 1],
    ["ZINTERCARD 2 a b LIMIT 0", 2],
    ["ZINTERCARD 2 a b LIMIT -1", replyError("ERR LIMIT can't be negative")],
    ["ZINTERCARD 2 a b FOO", syntax],
  ]);
});

test("mistakes are told in Redis's order: number of keys, types, options", async () => {
  await replies([
    ["ZUNION 0 a", replyError("ERR at least 1 input key is needed for 'zunion' command")],
    [
      "ZUNIONSTORE t -1 a",
      replyError("ERR at least 1 input key is needed for 'zunionstore' command"),
    ],
    ["ZINTER x a", replyError("ERR value is not an integer or out of range")],
    ["ZINTER 2 a", syntax],
    ["ZINTER 1 s FOO", wrongType],
    ["ZINTERCARD 1 s FOO", wrongType],
    ["ZINTER 1 a FOO", syntax],
    ["ZINTER 2 a b WEIGHTS 1", syntax],
    ["ZINTER 2 a b WEIGHTS 1 x", replyError("ERR weight value is not a float")],
    ["ZINTER 2 a b AGGREGATE AVG", syntax],
    ["ZDIFF 2 a b WEIGHTS 1 1", syntax],
    ["ZUNIONSTORE t 1 a WITHSCORES", syntax],
    ["EXISTS t", 0],
  ]);
});
