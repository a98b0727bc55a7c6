import { describe, expect, test } from "bun:test";
import {
  type Plain,
  type RespClient,
  replyError,
  startServer,
} from "../../support/start-server.ts";

const syntax = replyError("ERR syntax error");
const notFloat = replyError("ERR value is not a valid float");
const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");

/** Sends lines of words and compares what comes back. */
async function expectReplies(
  client: RespClient,
  lines: readonly (readonly [line: string, reply: Plain])[],
): Promise<void> {
  for (const [line, reply] of lines) {
    expect({ line, reply: await client.call(...line.split(" ")) }).toEqual({ line, reply });
  }
}

async function replies(lines: readonly (readonly [line: string, reply: Plain])[]): Promise<void> {
  await using server = await startServer();
  await expectReplies(await server.connect(), lines);
}

describe("ZADD", () => {
  test("counts new members, with CH also new scores", async () => {
    await replies([
      ["ZADD z 1 a 2 b", 2],
      ["ZADD z 5 a 3 c", 1],
      ["ZADD z CH 5 a 4 b 9 d", 2],
      ["ZCARD z", 4],
      ["ZSCORE z b", "4"],
      ["ZMSCORE z a x d", ["5", null, "9"]],
    ]);
  });

  test("takes options in any order and case", async () => {
    await replies([
      ["ZADD z nx 1 a", 1],
      ["ZADD z NX 2 a", 0],
      ["ZADD z XX CH 3 a 1 b", 1],
      ["ZADD z gt ch 2 a", 0],
      ["ZADD z LT XX CH 2 a", 1],
      ["ZADD z INCR 1.5 a", "3.5"],
      ["ZADD z XX INCR 1 no", null],
      ["ZADD z INCR GT -1 a", null],
      ["ZINCRBY z -0.5 a", "3"],
      ["ZINCRBY z 2 new", "2"],
    ]);
  });

  test("finds fault before it writes", async () => {
    await replies([
      ["ZADD z 1", replyError("ERR wrong number of arguments for 'zadd' command")],
      ["ZADD z 1 a 2", syntax],
      ["ZADD z NX 1", syntax],
      ["ZADD z NX XX 1 a", replyError("ERR XX and NX options at the same time are not compatible")],
      [
        "ZADD z GT LT 1 a",
        replyError("ERR GT, LT, and/or NX options at the same time are not compatible"),
      ],
      [
        "ZADD z INCR 1 a 2 b",
        replyError("ERR INCR option supports a single increment-element pair"),
      ],
      ["ZADD z 1 a x b", notFloat],
      ["ZADD z nan a", notFloat],
      ["ZINCRBY z x a", notFloat],
      ["ZINCRBY z NX 1", syntax],
      ["EXISTS z", 0],
      ["ZADD z inf a", 1],
      ["ZINCRBY z -inf a", replyError("ERR resulting score is not a number (NaN)")],
    ]);
  });
});

test("scores are written as Redis writes them", async () => {
  await replies([
    ["ZADD z 0.1 a 1e20 b -inf c 3.0 d 0x1p-3 e", 5],
    ["ZMSCORE z a b c d e", ["0.10000000000000001", "1e+20", "-inf", "3", "0.125"]],
  ]);
});

test("ZRANK and ZREVRANK count from either end, WITHSCORE adds the score", async () => {
  await replies([
    ["ZADD z 1 a 2 b 2 c", 3],
    ["ZRANK z c", 2],
    ["ZREVRANK z c", 0],
    ["ZRANK z c WITHSCORE", [2, "2"]],
    ["ZREVRANK z a withscore", [2, "1"]],
    ["ZRANK z x", null],
    ["ZRANK no x WITHSCORE", null],
    ["ZRANK z a b", syntax],
    ["ZRANK z a WITHSCORE c", replyError("ERR wrong number of arguments for 'zrank' command")],
  ]);
});

test("ZREM counts what it removed; the last member takes the key with it", async () => {
  await replies([
    ["ZADD z 1 a 2 b", 2],
    ["ZREM z a a x", 1],
    ["ZREM z b", 1],
    ["EXISTS z", 0],
    ["ZREM z b", 0],
  ]);
});

describe("popping", () => {
  test("ZPOPMIN and ZPOPMAX answer a flat list", async () => {
    await replies([
      ["ZADD z 1 a 2 b 3 c 4 d", 4],
      ["ZPOPMIN z", ["a", "1"]],
      ["ZPOPMAX z 2", ["d", "4", "c", "3"]],
      ["ZPOPMIN z 0", []],
      ["ZPOPMIN z -1", replyError("ERR value is out of range, must be positive")],
      ["ZPOPMIN z x", replyError("ERR value is out of range, must be positive")],
      ["ZPOPMIN z 1 2", syntax],
      ["ZPOPMIN z 10", ["b", "2"]],
      ["ZPOPMIN z", []],
      ["EXISTS z", 0],
    ]);
  });

  test("ZMPOP takes from the first key that is there", async () => {
    await replies([
      ["ZADD z 1 a 2 b 3 c", 3],
      ["ZMPOP 2 no z MIN", ["z", [["a", "1"]]]],
      [
        "ZMPOP 1 z MAX COUNT 5",
        [
          "z",
          [
            ["c", "3"],
            ["b", "2"],
          ],
        ],
      ],
      ["ZMPOP 1 z MAX", null],
      ["ZMPOP 0 z MAX", replyError("ERR numkeys should be greater than 0")],
      ["ZMPOP 2 z MAX", syntax],
      ["ZMPOP 1 z MID", syntax],
      ["ZMPOP 1 z MIN COUNT 0", replyError("ERR count should be greater than 0")],
    ]);
  });

  test("RESP3 has doubles, and pairs where several were asked for", async () => {
    await using server = await startServer();
    const client = await server.connect();
    await client.call("HELLO", 3);
    await expectReplies(client, [
      ["ZADD z 1 a 2 b 3 c", 3],
      ["ZSCORE z a", 1],
      ["ZPOPMIN z", ["a", 1]],
      ["ZPOPMIN z 1", [["b", 2]]],
      ["ZRANGE z 0 -1 WITHSCORES", [["c", 3]]],
      ["ZRANK z c WITHSCORE", [0, 3]],
      ["ZADD z INCR inf c", Infinity],
    ]);
  });
});

test("ZRANDMEMBER answers one, different ones or repeats", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("ZADD", "z", 1, "a", 2, "b");
  expect(["a", "b"]).toContain((await client.call("ZRANDMEMBER", "z")) as string);
  expect(await client.call("ZRANDMEMBER", "z", 5, "WITHSCORES")).toEqual(["a", "1", "b", "2"]);
  expect(await client.call("ZRANDMEMBER", "z", -5)).toHaveLength(5);
  await expectReplies(client, [
    ["ZRANDMEMBER no", null],
    ["ZRANDMEMBER no 3", []],
    ["ZRANDMEMBER z 0", []],
    ["ZRANDMEMBER z 1 SCORES", syntax],
    ["ZRANDMEMBER z x", replyError("ERR value is not an integer or out of range")],
    ["ZRANDMEMBER z 9223372036854775807 WITHSCORES", replyError("ERR value is out of range")],
    [
      "ZRANDMEMBER z -9223372036854775808",
      replyError(
        "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
      ),
    ],
    ["ZRANDMEMBER z -9223372036854775807", replyError("ERR value is out of range")],
  ]);
});

test("ZSCAN goes through a set that is large", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (let i = 0; i < 300; i++) await client.call("ZADD", "z", i, `m${i}`);
  const seen = new Map<string, string>();
  let cursor = "0";
  do {
    const [next, items] = (await client.call("ZSCAN", "z", cursor, "COUNT", 50)) as [
      string,
      string[],
    ];
    for (let i = 0; i < items.length; i += 2) seen.set(items[i]!, items[i + 1]!);
    cursor = next;
  } while (cursor !== "0");
  expect(seen.size).toBe(300);
  expect(seen.get("m77")).toBe("77");
  await expectReplies(client, [
    ["ZSCAN z 0 MATCH m7 COUNT 1000", ["0", ["m7", "7"]]],
    ["ZSCAN no 0 COUNT x", ["0", []]],
    ["ZSCAN z 0 COUNT x", replyError("ERR value is not an integer or out of range")],
    ["ZSCAN z x", replyError("ERR invalid cursor")],
  ]);
});

test("LedisDB's own commands are there", async () => {
  await replies([
    ["ZADD z 1 a 2 b", 2],
    ["ZKEYEXISTS z", 1],
    ["ZEXPIRE z 100", 1],
    ["ZPERSIST z", 1],
    ["ZTTL z", -1],
    ["ZEXPIREAT z 4102444800", 1],
    ["ZCLEAR z", 2],
    ["ZKEYEXISTS z", 0],
    ["ZMCLEAR z y", 2],
  ]);
});

test("a key of another type is refused", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "s", "v");
  for (const line of [
    "ZADD s 1 a",
    "ZINCRBY s 1 a",
    "ZREM s a",
    "ZCARD s",
    "ZSCORE s a",
    "ZMSCORE s a",
    "ZRANK s a",
    "ZREVRANK s a",
    "ZPOPMIN s",
    "ZPOPMAX s 2",
    "ZMPOP 1 s MIN",
    "ZRANDMEMBER s",
    "ZSCAN s 0",
    "ZCLEAR s",
    "ZTTL s",
  ]) {
    expect({ line, reply: await client.call(...line.split(" ")) }).toEqual({
      line,
      reply: wrongType,
    });
  }
});

test("members and keys may be any bytes, and none", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const key = Uint8Array.of(0, 255, 13, 10);
  expect(await client.call("ZADD", key, 1, new Uint8Array(0), 0, key)).toBe(2);
  expect(await client.call("ZRANGE", key, 0, -1)).toEqual(["\0\u00ff\r\n", ""]);
  const long = new Uint8Array(100_000).fill(97);
  expect(await client.call("ZADD", "z", 1, long)).toBe(1);
  expect(await client.call("ZSCORE", "z", long)).toBe("1");
  await server.restart();
  const again = await server.connect();
  expect(await again.call("ZRANK", "z", long)).toBe(0);
});
