import { expect, test } from "bun:test";
import { type Plain, replyError, startServer } from "../../support/start-server.ts";

const notInteger = replyError("ERR value is not an integer or out of range");

test("LedisDB's scans answer the last name as cursor, and an empty one at the end", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const rows: readonly (readonly [string, Plain])[] = [
    ["MSET a 1 b 2 c 3", "OK"],
    ["HSET h f 1 g 2", 2],
    ["SADD s x y", 2],
    ["ZADD z 2 m 1.5 n", 2],
    ["LPUSH l v", 1],
    ["XSCAN KV _", ["", ["a", "b", "c"]]],
    ["XSCAN kv _ COUNT 2", ["b", ["a", "b"]]],
    ["XSCAN KV b COUNT 2", ["", ["c"]]],
    ["XSCAN KV _ COUNT 2 DESC", ["b", ["c", "b"]]],
    ["XSCAN KV b DESC", ["", ["a"]]],
    ["XSCAN KV _ MATCH [ac] ASC", ["", ["a", "c"]]],
    ["XSCAN LIST _", ["", ["l"]]],
    ["XSCAN HASH _", ["", ["h"]]],
    ["XSCAN SET _", ["", ["s"]]],
    ["XSCAN ZSET _", ["", ["z"]]],
    ["XSCAN KV _ COUNT 0", ["", ["a", "b", "c"]]],
    ["XHSCAN h _ COUNT 1", ["f", ["f", "1"]]],
    ["XHSCAN h f", ["", ["g", "2"]]],
    ["XSSCAN s _ DESC", ["", ["y", "x"]]],
    ["XZSCAN z _", ["", ["m", "2", "n", "1.5"]]],
    ["XZSCAN missing _", ["", []]],
    ["XZSCAN s _", replyError("WRONGTYPE Operation against a key holding the wrong kind of value")],
    ["XSCAN FOO _", replyError("ERR invalid key type FOO")],
    ["XSCAN KV _ FOO", replyError("ERR invalid argument FOO")],
    ["XSCAN KV _ COUNT", replyError("ERR invalid command param")],
    ["XSCAN KV _ COUNT x", notInteger],
    ["XSCAN KV", replyError("ERR wrong number of arguments for 'xscan' command")],
  ];
  for (const [line, reply] of rows) {
    const words = line.split(" ").map((word) => (word === "_" ? "" : word));
    expect([line, await client.call(...words)]).toEqual([line, reply]);
  }
});
