import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

const WRONG_TYPE = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");
const NOT_INTEGER = replyError("ERR value is not an integer or out of range");
const SYNTAX = replyError("ERR syntax error");

test("LPUSH, RPUSH and their X forms answer the length", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("LPUSHX", "l", "a")).toBe(0);
  expect(await client.call("LPUSH", "l", "a", "b")).toBe(2);
  expect(await client.call("RPUSH", "l", "c", "\0", "")).toBe(5);
  expect(await client.call("RPUSHX", "l", "x")).toBe(6);
  expect(await client.call("LPUSHX", "l", "y")).toBe(7);
  expect(await client.call("LLEN", "l")).toBe(7);
  expect(await client.call("LRANGE", "l", 0, -1)).toEqual(["y", "b", "a", "c", "\0", "", "x"]);
});

test("LPOP and RPOP answer one item, or as many as asked for", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("RPUSH", "l", "a", "b", "c", "d");
  expect(await client.call("LPOP", "l")).toBe("a");
  expect(await client.call("RPOP", "l", 2)).toEqual(["d", "c"]);
  expect(await client.call("LPOP", "l", 0)).toEqual([]);
  expect(await client.call("LPOP", "l", "9223372036854775807")).toEqual(["b"]);
  expect(await client.wire("LPOP", "l")).toBe("$-1\r\n");
  expect(await client.wire("LPOP", "l", 0)).toBe("*-1\r\n");
  const notPositive = replyError("ERR value is out of range, must be positive");
  expect(await client.call("LPOP", "l", -1)).toEqual(notPositive);
  expect(await client.call("LPOP", "l", "x")).toEqual(notPositive);
  expect(await client.call("LPOP", "l", 1, 2)).toEqual(
    replyError("ERR wrong number of arguments for 'lpop' command"),
  );
});

test("LINDEX and LSET look at the key before they look at the index", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("LINDEX", "l", "x")).toBeNull();
  expect(await client.call("LSET", "l", "x", "v")).toEqual(replyError("ERR no such key"));
  await client.call("RPUSH", "l", "a", "b");
  expect(await client.call("LINDEX", "l", "x")).toEqual(NOT_INTEGER);
  expect(await client.call("LSET", "l", "x", "v")).toEqual(NOT_INTEGER);
  expect(await client.call("LSET", "l", 2, "v")).toEqual(replyError("ERR index out of range"));
  expect(await client.call("LSET", "l", -1, "v")).toBe("OK");
  expect(await client.call("LINDEX", "l", 1)).toBe("v");
  expect(await client.call("LINDEX", "l", "4294967296")).toBeNull();
});

test("LINSERT, LREM and LTRIM change the middle", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("LINSERT", "l", "BEFORE", "a", "x")).toBe(0);
  await client.call("RPUSH", "l", "a", "b", "a", "c", "a");
  expect(await client.call("LINSERT", "l", "after", "b", "x")).toBe(6);
  expect(await client.call("LINSERT", "l", "BEFORE", "no", "x")).toBe(-1);
  expect(await client.call("LINSERT", "l", "BESIDE", "b", "x")).toEqual(SYNTAX);
  expect(await client.call("LREM", "l", -2, "a")).toBe(2);
  expect(await client.call("LRANGE", "l", 0, -1)).toEqual(["a", "b", "x", "c"]);
  expect(await client.call("LTRIM", "l", 1, 2)).toBe("OK");
  expect(await client.call("LRANGE", "l", 0, -1)).toEqual(["b", "x"]);
  expect(await client.call("LTRIM", "l", 5, 2)).toBe("OK");
  expect(await client.call("EXISTS", "l")).toBe(0);
  expect(await client.call("LTRIM", "l", 0, "x")).toEqual(NOT_INTEGER);
});

test("LPOS answers one index, or several with COUNT", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("LPOS", "l", "a")).toBeNull();
  expect(await client.call("LPOS", "l", "a", "COUNT", 0)).toEqual([]);
  await client.call("RPUSH", "l", "a", "b", "a", "c", "a");
  expect(await client.call("LPOS", "l", "a")).toBe(0);
  expect(await client.call("LPOS", "l", "a", "RANK", -2)).toBe(2);
  expect(await client.call("LPOS", "l", "a", "COUNT", 0, "RANK", 2)).toEqual([2, 4]);
  expect(await client.call("LPOS", "l", "a", "COUNT", 0, "MAXLEN", 3)).toEqual([0, 2]);
  expect(await client.call("LPOS", "l", "a", "RANK", 0, "COUNT", -1)).toEqual(
    replyError(
      "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
    ),
  );
  expect(await client.call("LPOS", "l", "a", "COUNT", "x")).toEqual(
    replyError("ERR COUNT can't be negative"),
  );
  expect(await client.call("LPOS", "l", "a", "MAXLEN", -1)).toEqual(
    replyError("ERR MAXLEN can't be negative"),
  );
  expect(await client.call("LPOS", "l", "a", "RANK")).toEqual(SYNTAX);
});

test("LMOVE and RPOPLPUSH move items between lists and within one", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("LMOVE", "l", "m", "LEFT", "RIGHT")).toBeNull();
  await client.call("RPUSH", "l", "a", "b", "c");
  expect(await client.call("LMOVE", "l", "m", "left", "right")).toBe("a");
  expect(await client.call("RPOPLPUSH", "l", "m")).toBe("c");
  expect(await client.call("LRANGE", "m", 0, -1)).toEqual(["c", "a"]);
  expect(await client.call("RPOPLPUSH", "m", "m")).toBe("a");
  expect(await client.call("LRANGE", "m", 0, -1)).toEqual(["a", "c"]);
  expect(await client.call("LMOVE", "l", "m", "LEFT", "UP")).toEqual(SYNTAX);
  await client.call("SET", "s", "v");
  expect(await client.call("LMOVE", "l", "s", "LEFT", "LEFT")).toEqual(WRONG_TYPE);
  expect(await client.call("LLEN", "l")).toBe(1);
});

test("LMPOP pops from the first list that is there", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.wire("LMPOP", 2, "l", "m", "LEFT")).toBe("*-1\r\n");
  await client.call("RPUSH", "m", "a", "b", "c");
  expect(await client.call("LMPOP", 2, "l", "m", "RIGHT", "COUNT", 2)).toEqual(["m", ["c", "b"]]);
  expect(await client.call("LMPOP", 2, "l", "m", "LEFT")).toEqual(["m", ["a"]]);
  const texts: [readonly (string | number)[], string][] = [
    [[0, "l", "LEFT"], "ERR numkeys should be greater than 0"],
    [["x", "l", "LEFT"], "ERR numkeys should be greater than 0"],
    [[2, "l", "LEFT"], "ERR syntax error"],
    [[1, "l", "UP"], "ERR syntax error"],
    [[1, "l", "LEFT", "COUNT", 0], "ERR count should be greater than 0"],
    [[1, "l", "LEFT", "COUNT", 1, "COUNT", 1], "ERR syntax error"],
    [[1, "l", "LEFT", "COUNT"], "ERR syntax error"],
  ];
  for (const [words, text] of texts) {
    expect(await client.call("LMPOP", ...words)).toEqual(replyError(text));
  }
});

test("every list command refuses a key of another type", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "s", "v");
  const lines = [
    "LPUSH s a|RPUSH s a|LPUSHX s a|RPUSHX s a|LPOP s|RPOP s 1|LLEN s|LINDEX s 0|LRANGE s 0 -1",
    "LSET s 0 a|LINSERT s BEFORE a b|LREM s 0 a|LTRIM s 0 1|LPOS s a|LMOVE s l LEFT LEFT",
    "RPOPLPUSH s l|LMPOP 1 s LEFT|BLPOP s 0|BRPOP s 0|BLMOVE s l LEFT LEFT 0|BRPOPLPUSH s l 0",
    "BLMPOP 0 1 s LEFT|LCLEAR s|LMCLEAR s|LTTL s|LEXPIRE s 10|LPERSIST s|LTRIM_FRONT s 1",
  ].flatMap((line) => line.split("|"));
  for (const line of lines) expect(await client.call(...line.split(" "))).toEqual(WRONG_TYPE);
  expect(await client.call("GET", "s")).toBe("v");
});

test("LTRIM_FRONT and LTRIM_BACK answer how many items went", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("RPUSH", "l", "a", "b", "c", "d");
  expect(await client.call("LTRIM_FRONT", "l", 1)).toBe(1);
  expect(await client.call("LTRIM_BACK", "l", 2)).toBe(2);
  expect(await client.call("LRANGE", "l", 0, -1)).toEqual(["b"]);
  expect(await client.call("LTRIM_BACK", "l", -1)).toEqual(NOT_INTEGER);
  expect(await client.call("LTRIM_BACK", "l", 9)).toBe(1);
  expect(await client.call("LTRIM_BACK", "l", 9)).toBe(0);
});

test("LCLEAR, LMCLEAR and the TTL commands of LedisDB are there for lists", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("RPUSH", "l", "a", "b");
  expect(await client.call("LKEYEXISTS", "l")).toBe(1);
  expect(await client.call("LTTL", "l")).toBe(-1);
  expect(await client.call("LEXPIRE", "l", 1000)).toBe(1);
  expect(await client.call("LTTL", "l")).toBe(1000);
  expect(await client.call("LPERSIST", "l")).toBe(1);
  expect(await client.call("LEXPIREAT", "l", 4102444800)).toBe(1);
  expect(await client.call("LCLEAR", "l")).toBe(2);
  expect(await client.call("LMCLEAR", "l", "m")).toBe(2);
  expect(await client.call("LKEYEXISTS", "l")).toBe(0);
});
