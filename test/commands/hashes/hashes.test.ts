import { describe, expect, test } from "bun:test";
import { hashCommands } from "../../../src/commands/hashes/hashes.ts";
import { type Plain, replyError, startServer } from "../../support/start-server.ts";

const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");
const notInteger = replyError("ERR value is not an integer or out of range");
const outOfRange = replyError("ERR value is out of range");
const syntax = replyError("ERR syntax error");
const arity = (name: string) => replyError(`ERR wrong number of arguments for '${name}' command`);

type Row = readonly [command: string, reply: Plain];

/** Sends each line, split at spaces, and compares the replies; `_` stands for an empty word. */
async function expectReplies(rows: readonly Row[]): Promise<void> {
  await using server = await startServer();
  const client = await server.connect();
  for (const [line, reply] of rows) {
    const words = line.split(" ").map((word) => (word === "_" ? "" : word));
    expect([line, await client.call(...words)]).toEqual([line, reply]);
  }
}

test("arities and key positions are those of Redis", () => {
  const one = { first: 1, last: 1, step: 1 };
  for (const row of hashCommands) {
    if (row.name !== "HMCLEAR") expect([row.name, row.keys]).toEqual([row.name, one]);
  }
  const arities = Object.fromEntries(hashCommands.map((row) => [row.name, row.arity]));
  expect(arities).toEqual({
    HSET: -4,
    HSETNX: 4,
    HMSET: -4,
    HGET: 3,
    HMGET: -3,
    HGETALL: 2,
    HKEYS: 2,
    HVALS: 2,
    HLEN: 2,
    HSTRLEN: 3,
    HEXISTS: 3,
    HDEL: -3,
    HINCRBY: 4,
    HINCRBYFLOAT: 4,
    HRANDFIELD: -2,
    HSCAN: -3,
    HCLEAR: 2,
    HMCLEAR: -2,
    HKEYEXISTS: 2,
  });
});

describe("fields", () => {
  test("are stored and read", () =>
    expectReplies([
      ["HSET h a 1 b 2 a 3", 2],
      ["HSET h a 4 c _", 1],
      ["HMSET h d 5", "OK"],
      ["HSETNX h a 9", 0],
      ["HSETNX h e 6", 1],
      ["HGET h a", "4"],
      ["HGET h x", null],
      ["HGET missing a", null],
      ["HMGET h a x c", ["4", null, ""]],
      ["HMGET missing a b", [null, null]],
      ["HGETALL h", ["a", "4", "b", "2", "c", "", "d", "5", "e", "6"]],
      ["HKEYS h", ["a", "b", "c", "d", "e"]],
      ["HVALS h", ["4", "2", "", "5", "6"]],
      ["HLEN h", 5],
      ["HSTRLEN h a", 1],
      ["HSTRLEN h x", 0],
      ["HEXISTS h c", 1],
      ["HEXISTS h x", 0],
      ["HDEL h a a x b", 2],
      ["HDEL h c d e", 3],
      ["EXISTS h", 0],
      ["HDEL h a", 0],
      ["HGETALL h", []],
      ["HKEYS h", []],
      ["HVALS h", []],
    ]));

  test("may be empty and hold any bytes, as may keys and values", async () => {
    await using server = await startServer();
    const client = await server.connect();
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = Buffer.from(all).toString("latin1");
    expect(await client.call("HSET", all, all, all, "", "")).toBe(2);
    expect(await client.call("HGETALL", all)).toEqual(["", "", text, text]);
    expect(await client.call("HSET", "", "", "x")).toBe(1);
    expect(await client.call("HGET", "", "")).toBe("x");
  });

  test("come in pairs, anything else is a wrong number of arguments", () =>
    expectReplies([
      ["HSET h a", arity("hset")],
      ["HSET h a 1 b", arity("hset")],
      ["HMSET h a 1 b", arity("hmset")],
      ["HSETNX h a", arity("hsetnx")],
      ["HGET h", arity("hget")],
      ["HGETALL h a", arity("hgetall")],
      ["HDEL h", arity("hdel")],
      ["EXISTS h", 0],
    ]));

  test("are refused for a key of another type", () =>
    expectReplies([
      ["SET s 1", "OK"],
      ["HSET s a 1", wrongType],
      ["HSETNX s a 1", wrongType],
      ["HMSET s a 1", wrongType],
      ["HGET s a", wrongType],
      ["HMGET s a", wrongType],
      ["HGETALL s", wrongType],
      ["HKEYS s", wrongType],
      ["HVALS s", wrongType],
      ["HLEN s", wrongType],
      ["HSTRLEN s a", wrongType],
      ["HEXISTS s a", wrongType],
      ["HDEL s a", wrongType],
      ["HINCRBY s a 1", wrongType],
      ["HINCRBY s a x", notInteger],
      ["HINCRBYFLOAT s a 1", wrongType],
      ["HRANDFIELD s", wrongType],
      ["HRANDFIELD s 1", wrongType],
      ["HSCAN s 0 FOO", wrongType],
      ["HSCAN s x", replyError("ERR invalid cursor")],
      ["GET s", "1"],
    ]));
});

test("HINCRBY adds to integers of 64 bits", () =>
  expectReplies([
    ["HINCRBY h n 5", 5],
    ["HINCRBY h n -7", -2],
    ["HSET h big 9223372036854775807 text abc none _", 3],
    ["HINCRBY h big 1", replyError("ERR increment or decrement would overflow")],
    ["HINCRBY h big -9223372036854775807", 0],
    ["HINCRBY h text 1", replyError("ERR hash value is not an integer")],
    ["HINCRBY h none 1", replyError("ERR hash value is not an integer")],
    ["HINCRBY h n 1.5", notInteger],
    ["HINCRBY h n 9223372036854775808", notInteger],
    ["HGET h n", "-2"],
    ["HLEN h", 4],
  ]));

test("HINCRBYFLOAT adds decimal numbers and stores the sum as text", () =>
  expectReplies([
    ["HINCRBYFLOAT h f 10.5", "10.5"],
    ["HINCRBYFLOAT h f 0.1", "10.6"],
    ["HINCRBYFLOAT h f 5.0e3", "5010.60000000000000009"],
    ["HINCRBYFLOAT h f x", replyError("ERR value is not a valid float")],
    ["HINCRBYFLOAT h f nan", replyError("ERR value is not a valid float")],
    ["HINCRBYFLOAT missing f inf", replyError("ERR value is NaN or Infinity")],
    ["EXISTS missing", 0],
    ["HSET h text abc huge 1e4932", 2],
    ["HINCRBYFLOAT h text 1", replyError("ERR hash value is not a float")],
    ["HINCRBYFLOAT h huge 1e4932", replyError("ERR increment would produce NaN or Infinity")],
    ["HGET h f", "5010.60000000000000009"],
  ]));

describe("HRANDFIELD", () => {
  test("answers as many fields as it can, or as it is told to with repeats", () =>
    expectReplies([
      ["HSET h a 1 b 2", 2],
      ["HRANDFIELD h 5", ["a", "b"]],
      ["HRANDFIELD h 5 withvalues", ["a", "1", "b", "2"]],
      ["HRANDFIELD h 0", []],
      ["HRANDFIELD h 9223372036854775807", ["a", "b"]],
      ["HDEL h b", 1],
      ["HRANDFIELD h", "a"],
      ["HRANDFIELD h -3", ["a", "a", "a"]],
      ["HRANDFIELD h -2 WITHVALUES", ["a", "1", "a", "1"]],
      ["HRANDFIELD missing", null],
      ["HRANDFIELD missing 3", []],
      ["HRANDFIELD missing -3 WITHVALUES", []],
      ["HRANDFIELD missing -9223372036854775807", []],
    ]));

  test("refuses what it cannot count or does not know", () =>
    expectReplies([
      ["HSET h a 1", 1],
      ["HRANDFIELD h x FOO", notInteger],
      ["HRANDFIELD h 1 FOO", syntax],
      ["HRANDFIELD h 1 WITHVALUES WITHVALUES", syntax],
      [
        "HRANDFIELD h -9223372036854775808",
        replyError(
          "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
        ),
      ],
      ["HRANDFIELD h 4611686018427387904 WITHVALUES", outOfRange],
      ["HRANDFIELD h -4611686018427387904", outOfRange],
      ["HRANDFIELD h -1048577", outOfRange],
    ]));
});

describe("HSCAN", () => {
  test("answers a small hash at once, filtered", () =>
    expectReplies([
      ["HSET h a 1 b 2 ab 3 _ 4", 4],
      ["HSCAN h 0", ["0", ["", "4", "a", "1", "ab", "3", "b", "2"]]],
      ["HSCAN h 0 COUNT 1", ["0", ["", "4", "a", "1", "ab", "3", "b", "2"]]],
      ["HSCAN h 0 MATCH a*", ["0", ["a", "1", "ab", "3"]]],
      ["HSCAN h 0 NOVALUES MATCH *", ["0", ["", "a", "ab", "b"]]],
      ["HSCAN missing 0", ["0", []]],
      ["HSCAN missing 0 FOO", ["0", []]],
    ]));

  test("refuses bad options and cursors", () =>
    expectReplies([
      ["HSET h a 1", 1],
      ["HSCAN h", arity("hscan")],
      ["HSCAN h x", replyError("ERR invalid cursor")],
      ["HSCAN h 77", replyError("ERR invalid cursor")],
      ["HSCAN h 0 FOO", syntax],
      ["HSCAN h 0 MATCH", syntax],
      ["HSCAN h 0 COUNT 0", syntax],
      ["HSCAN h 0 COUNT x", notInteger],
    ]));

  test("goes through a big hash, each field once, while others are added and removed", async () => {
    await using server = await startServer();
    const client = await server.connect();
    const fields = Array.from({ length: 1000 }, (_, i) => `field:${i}`);
    await client.pipeline(fields.map((field) => ["HSET", "h", field, `v${field}`]));
    const seen: string[] = [];
    let cursor: Plain = "0";
    for (let calls = 0; calls === 0 || cursor !== "0"; calls++) {
      const [next, items]: Plain[] = (await client.call("HSCAN", "h", cursor as string)) as Plain[];
      expect((items as Plain[]).length).toBeLessThanOrEqual(20);
      seen.push(...(items as string[]));
      cursor = next!;
      await client.call("HSET", "h", `new:${calls}`, "x");
      if (calls > 0) await client.call("HDEL", "h", `new:${calls - 1}`);
    }
    const old = seen.filter((_, at) => at % 2 === 0).filter((field) => field.startsWith("field:"));
    expect(old.sort()).toEqual([...fields].sort());
  });
});

test("RESP3 has maps, and pairs where a field may come twice", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("HELLO", 3);
  await client.call("HSET", "h", "a", "1");
  expect(await client.wire("HGETALL", "h")).toBe("%1\r\n$1\r\na\r\n$1\r\n1\r\n");
  expect(await client.wire("HGETALL", "missing")).toBe("%0\r\n");
  expect(await client.wire("HRANDFIELD", "h", "-1", "WITHVALUES")).toBe(
    "*1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n",
  );
  expect(await client.wire("HRANDFIELD", "missing")).toBe("_\r\n");
  expect(await client.wire("HSCAN", "h", "0")).toBe(
    "*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n",
  );
});

test("LedisDB's commands for whole hashes", () =>
  expectReplies([
    ["HSET h a 1 b 2", 2],
    ["HKEYEXISTS h", 1],
    ["HTTL h", -1],
    ["HEXPIRE h 1000", 1],
    ["HTTL h", 1000],
    ["HPERSIST h", 1],
    ["HPERSIST h", 0],
    ["HEXPIREAT h 4102444800", 1],
    ["EXPIRETIME h", 4102444800],
    ["HEXPIRE h 0", replyError("ERR invalid expire time in 'hexpire' command")],
    ["HEXPIREAT h 1", replyError("ERR invalid expire time in 'hexpireat' command")],
    ["HEXPIRE h 10 FIELDS 1", arity("hexpire")],
    ["HCLEAR h", 2],
    ["HCLEAR h", 0],
    ["HKEYEXISTS h", 0],
    ["HTTL h", -1],
    ["HEXPIRE h 10", 0],
    ["HSET h a 1", 1],
    ["SET s 1", "OK"],
    ["HMCLEAR h s", wrongType],
    ["HLEN h", 1],
    ["HMCLEAR h missing", 2],
    ["EXISTS h", 0],
    ["HCLEAR s", wrongType],
    ["HTTL s", wrongType],
    ["HEXPIRE s 10", wrongType],
    ["HKEYEXISTS s", wrongType],
  ]));
