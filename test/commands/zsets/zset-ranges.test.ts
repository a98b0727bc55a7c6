import { expect, test } from "bun:test";
import { type Plain, replyError, startServer } from "../../support/start-server.ts";

const syntax = replyError("ERR syntax error");
const notInteger = replyError("ERR value is not an integer or out of range");
const noScore = replyError("ERR min or max is not a float");
const noMember = replyError("ERR min or max not valid string range item");
const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");

async function replies(lines: readonly (readonly [line: string, reply: Plain])[]): Promise<void> {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("ZADD", "z", 1, "a", 2, "b", 2, "c", 3, "d");
  await client.call("ZADD", "l", 0, "a", 0, "b", 0, "c", 0, "d");
  await client.call("SET", "s", "v");
  for (const [line, reply] of lines) {
    expect({ line, reply: await client.call(...line.split(" ")) }).toEqual({ line, reply });
  }
}

test("ZRANGE goes by rank, score or member, and either way", async () => {
  await replies([
    ["ZRANGE z 0 1", ["a", "b"]],
    ["ZRANGE z -2 -1 WITHSCORES", ["c", "2", "d", "3"]],
    ["ZRANGE z 0 1 REV", ["d", "c"]],
    ["ZRANGE z (1 +inf BYSCORE", ["b", "c", "d"]],
    ["ZRANGE z +inf (1 BYSCORE REV LIMIT 1 1 WITHSCORES", ["c", "2"]],
    ["ZRANGE l [b + BYLEX", ["b", "c", "d"]],
    ["ZRANGE l (d - BYLEX REV LIMIT 1 -1", ["b", "a"]],
    ["ZRANGE no 0 -1", []],
  ]);
});

test("options that do not go together are refused", async () => {
  await replies([
    ["ZRANGE z 0 1 FOO", syntax],
    ["ZRANGE z 0 1 BYSCORE BYLEX", syntax],
    ["ZRANGE z 0 1 BYSCORE LIMIT 1", syntax],
    ["ZRANGE z 0 1 BYSCORE LIMIT a 1", notInteger],
    ["ZRANGE z a 1", notInteger],
    ["ZRANGE z a 1 BYSCORE", noScore],
    ["ZRANGE z a b BYLEX", noMember],
    [
      "ZRANGE z 0 1 LIMIT 0 1",
      replyError(
        "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
      ),
    ],
    [
      "ZRANGE z - + BYLEX WITHSCORES",
      replyError("ERR syntax error, WITHSCORES not supported in combination with BYLEX"),
    ],
    ["ZRANGEBYSCORE z 0 1 REV", syntax],
    ["ZRANGESTORE t z 0 1 WITHSCORES", syntax],
  ]);
});

test("the older commands say in their names what ZRANGE says in options", async () => {
  await replies([
    ["ZREVRANGE z 0 1 WITHSCORES", ["d", "3", "c", "2"]],
    ["ZRANGEBYSCORE z 2 3 LIMIT 1 5", ["c", "d"]],
    ["ZREVRANGEBYSCORE z 2 -inf WITHSCORES", ["c", "2", "b", "2", "a", "1"]],
    ["ZRANGEBYLEX l - (c", ["a", "b"]],
    ["ZREVRANGEBYLEX l + [c LIMIT 1 1", ["c"]],
    ["ZCOUNT z (1 2", 2],
    ["ZLEXCOUNT l (a [c", 2],
    ["ZCOUNT z x 2", noScore],
    ["ZLEXCOUNT l a [c", noMember],
    ["ZCOUNT no 1 2", 0],
  ]);
});

test("ZRANGESTORE replaces what the target held, an empty range removes it", async () => {
  await replies([
    ["ZRANGESTORE s z 1 2", 2],
    ["ZRANGE s 0 -1 WITHSCORES", ["b", "2", "c", "2"]],
    ["ZRANGESTORE z z (1 2 BYSCORE LIMIT 0 1", 1],
    ["ZRANGE z 0 -1", ["b"]],
    ["ZRANGESTORE s no 0 -1", 0],
    ["EXISTS s", 0],
  ]);
});

test("ZREMRANGEBY... answer how many are gone", async () => {
  await replies([
    ["ZREMRANGEBYRANK z 0 0", 1],
    ["ZREMRANGEBYSCORE z (2 5", 1],
    ["ZRANGE z 0 -1", ["b", "c"]],
    ["ZREMRANGEBYLEX l - [b", 2],
    ["ZREMRANGEBYLEX l - +", 2],
    ["EXISTS l", 0],
    ["ZREMRANGEBYRANK z x 1", notInteger],
    ["ZREMRANGEBYSCORE z x 1", noScore],
    ["ZREMRANGEBYLEX z x [a", noMember],
    ["ZREMRANGEBYRANK no 0 -1", 0],
  ]);
});

test("a key of another type is refused", async () => {
  await replies(
    [
      "ZRANGE s 0 -1",
      "ZREVRANGE s 0 -1",
      "ZRANGEBYSCORE s 0 1",
      "ZREVRANGEBYSCORE s 0 1",
      "ZRANGEBYLEX s - +",
      "ZREVRANGEBYLEX s + -",
      "ZRANGESTORE t s 0 -1",
      "ZCOUNT s 0 1",
      "ZLEXCOUNT s - +",
      "ZREMRANGEBYRANK s 0 -1",
      "ZREMRANGEBYSCORE s 0 1",
      "ZREMRANGEBYLEX s - +",
    ].map((line) => [line, wrongType] as const),
  );
});
