import { describe, expect, test } from "bun:test";
import { setCommands } from "../../../src/commands/sets/sets.ts";
import { replyError, startServer } from "../../support/start-server.ts";

const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");
const syntax = replyError("ERR syntax error");
const notInteger = replyError("ERR value is not an integer or out of range");
const notPositive = replyError("ERR value is out of range, must be positive");
const wrongCount = (name: string) =>
  replyError(`ERR wrong number of arguments for '${name}' command`);

test("arities and key positions are those of Redis", () => {
  const shape = Object.fromEntries(
    setCommands
      .filter((row) => row.group === "set")
      .map(({ name, arity, keys }) => [name, [arity, keys.first, keys.last, keys.step]]),
  );
  expect(shape).toEqual({
    SADD: [-3, 1, 1, 1],
    SREM: [-3, 1, 1, 1],
    SMEMBERS: [2, 1, 1, 1],
    SISMEMBER: [3, 1, 1, 1],
    SMISMEMBER: [-3, 1, 1, 1],
    SCARD: [2, 1, 1, 1],
    SPOP: [-2, 1, 1, 1],
    SRANDMEMBER: [-2, 1, 1, 1],
    SMOVE: [4, 1, 2, 1],
    SINTER: [-2, 1, -1, 1],
    SUNION: [-2, 1, -1, 1],
    SDIFF: [-2, 1, -1, 1],
    SINTERSTORE: [-3, 1, -1, 1],
    SUNIONSTORE: [-3, 1, -1, 1],
    SDIFFSTORE: [-3, 1, -1, 1],
    SINTERCARD: [-3, 0, 0, 0],
    SSCAN: [-3, 1, 1, 1],
  });
});

test("members are added once, asked for, and removed; the last one takes the key with it", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("SADD", "s", "b", "a", "b", "")).toBe(3);
  expect(await client.call("SADD", "s", "b", "\0")).toBe(1);
  expect(await client.call("SCARD", "s")).toBe(4);
  expect(await client.call("SMEMBERS", "s")).toEqual(["", "\0", "a", "b"]);
  expect(await client.call("SISMEMBER", "s", "")).toBe(1);
  expect(await client.call("SISMEMBER", "s", "c")).toBe(0);
  expect(await client.call("SMISMEMBER", "s", "a", "x", "b")).toEqual([1, 0, 1]);
  expect(await client.call("SREM", "s", "a", "a", "x")).toBe(1);
  expect(await client.call("SREM", "s", "", "b", "\0")).toBe(3);
  expect(await client.call("EXISTS", "s")).toBe(0);
});

test("a missing key is an empty set", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("SREM", "none", "a")).toBe(0);
  expect(await client.call("SMEMBERS", "none")).toEqual([]);
  expect(await client.call("SISMEMBER", "none", "a")).toBe(0);
  expect(await client.call("SMISMEMBER", "none", "a", "b")).toEqual([0, 0]);
  expect(await client.call("SCARD", "none")).toBe(0);
  expect(await client.call("SPOP", "none")).toBeNull();
  expect(await client.call("SPOP", "none", "2")).toEqual([]);
  expect(await client.call("SRANDMEMBER", "none")).toBeNull();
  expect(await client.call("SRANDMEMBER", "none", "-2")).toEqual([]);
  expect(await client.call("SINTER", "none", "none")).toEqual([]);
  expect(await client.call("SINTERCARD", "1", "none")).toBe(0);
  expect(await client.call("SSCAN", "none", "0", "FOO")).toEqual(["0", []]);
});

test("in RESP3 members come as a set where Redis answers one", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("HELLO", "3");
  await client.call("SADD", "s", "a");
  expect(await client.wire("SMEMBERS", "s")).toBe("~1\r\n$1\r\na\r\n");
  expect(await client.wire("SUNION", "s", "s")).toBe("~1\r\n$1\r\na\r\n");
  expect(await client.wire("SRANDMEMBER", "s", "3")).toBe("*1\r\n$1\r\na\r\n");
  expect(await client.wire("SRANDMEMBER", "s", "-2")).toBe("*2\r\n$1\r\na\r\n$1\r\na\r\n");
  expect(await client.wire("SMISMEMBER", "s", "a", "b")).toBe("*2\r\n:1\r\n:0\r\n");
  expect(await client.wire("SPOP", "s", "3")).toBe("~1\r\n$1\r\na\r\n");
  expect(await client.wire("SPOP", "s", "3")).toBe("~0\r\n");
  expect(await client.wire("SPOP", "s")).toBe("_\r\n");
});

describe("members chosen by chance", () => {
  test("SPOP empties a set, SRANDMEMBER leaves it", async () => {
    await using server = await startServer();
    const client = await server.connect();
    await client.call("SADD", "s", "a", "b", "c");
    expect(await client.call("SRANDMEMBER", "s", "2")).toHaveLength(2);
    expect(await client.call("SRANDMEMBER", "s", "5")).toEqual(["a", "b", "c"]);
    expect(await client.call("SRANDMEMBER", "s", "-5")).toHaveLength(5);
    expect(await client.call("SPOP", "s", "0")).toEqual([]);
    const popped = [await client.call("SPOP", "s"), await client.call("SPOP", "s")];
    const left = (await client.call("SMEMBERS", "s")) as string[];
    expect([...popped, ...left].sort()).toEqual(["a", "b", "c"]);
    expect(await client.call("SPOP", "s", "9223372036854775807")).toEqual(left);
    expect(await client.call("EXISTS", "s")).toBe(0);
  });

  test("their counts are checked before the key", async () => {
    await using server = await startServer();
    const client = await server.connect();
    await client.call("SET", "str", "x");
    await client.call("SADD", "s", "a");
    for (const count of ["-1", "x", "", "9223372036854775808"]) {
      expect(await client.call("SPOP", "str", count)).toEqual(notPositive);
    }
    for (const count of ["x", "", "9223372036854775808"]) {
      expect(await client.call("SRANDMEMBER", "str", count)).toEqual(notInteger);
    }
    expect(await client.call("SRANDMEMBER", "str", "-9223372036854775808")).toEqual(
      replyError(
        "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
      ),
    );
    expect(await client.call("SRANDMEMBER", "s", "-1048577")).toEqual(
      replyError("ERR value is out of range"),
    );
    expect(await client.call("SPOP", "s", "1", "2")).toEqual(syntax);
    expect(await client.call("SRANDMEMBER", "s", "1", "2")).toEqual(syntax);
    expect(await client.call("SPOP")).toEqual(wrongCount("spop"));
  });
});

describe("sets of sets", () => {
  test("SINTER, SUNION, SDIFF and what stores them", async () => {
    await using server = await startServer();
    const client = await server.connect();
    await client.call("SADD", "s", "a", "b", "c");
    await client.call("SADD", "t", "b", "c", "d");
    expect(await client.call("SINTER", "s", "t")).toEqual(["b", "c"]);
    expect(await client.call("SUNION", "s", "t", "none")).toEqual(["a", "b", "c", "d"]);
    expect(await client.call("SDIFF", "s", "t", "none")).toEqual(["a"]);
    expect(await client.call("SINTER", "s", "none")).toEqual([]);
    expect(await client.call("SINTERSTORE", "i", "s", "t")).toBe(2);
    expect(await client.call("SMEMBERS", "i")).toEqual(["b", "c"]);
    expect(await client.call("SUNIONSTORE", "s", "s", "t")).toBe(4);
    expect(await client.call("SCARD", "s")).toBe(4);
    expect(await client.call("SDIFFSTORE", "s", "s", "s")).toBe(0);
    expect(await client.call("EXISTS", "s")).toBe(0);
  });

  test("the destination is replaced, whatever it is, and loses its TTL", async () => {
    await using server = await startServer();
    const client = await server.connect();
    await client.call("SADD", "s", "a");
    await client.call("SET", "str", "x", "EX", "100");
    expect(await client.call("SUNIONSTORE", "str", "s")).toBe(1);
    expect(await client.call("TTL", "str")).toBe(-1);
    await client.call("SET", "str", "x");
    expect(await client.call("SINTERSTORE", "str", "s", "none")).toBe(0);
    expect(await client.call("EXISTS", "str")).toBe(0);
    await client.call("SET", "str", "x");
    expect(await client.call("SUNIONSTORE", "s", "s", "str")).toEqual(wrongType);
    expect(await client.call("SMEMBERS", "s")).toEqual(["a"]);
  });

  test("SINTERCARD counts up to a limit", async () => {
    await using server = await startServer();
    const client = await server.connect();
    await client.call("SADD", "s", "a", "b", "c");
    expect(await client.call("SINTERCARD", "2", "s", "s")).toBe(3);
    expect(await client.call("SINTERCARD", "1", "s", "LIMIT", "0")).toBe(3);
    expect(await client.call("SINTERCARD", "1", "s", "limit", "2")).toBe(2);
    const keyCount = replyError("ERR numkeys should be greater than 0");
    for (const count of ["0", "-1", "x"]) {
      expect(await client.call("SINTERCARD", count, "s")).toEqual(keyCount);
    }
    expect(await client.call("SINTERCARD", "3", "s", "s")).toEqual(
      replyError("ERR Number of keys can't be greater than number of args"),
    );
    const limit = replyError("ERR LIMIT can't be negative");
    expect(await client.call("SINTERCARD", "1", "s", "LIMIT", "-1")).toEqual(limit);
    expect(await client.call("SINTERCARD", "1", "s", "LIMIT", "x")).toEqual(limit);
    expect(await client.call("SINTERCARD", "1", "s", "LIMIT")).toEqual(syntax);
    expect(await client.call("SINTERCARD", "1", "s", "FOO", "1")).toEqual(syntax);
  });

  test("SMOVE moves a member, and looks at the destination only if there is a source", async () => {
    await using server = await startServer();
    const client = await server.connect();
    await client.call("SET", "str", "x");
    expect(await client.call("SMOVE", "none", "str", "a")).toBe(0);
    await client.call("SADD", "s", "a", "b");
    expect(await client.call("SMOVE", "s", "str", "zz")).toEqual(wrongType);
    expect(await client.call("SMOVE", "s", "s", "a")).toBe(1);
    expect(await client.call("SMOVE", "s", "s", "zz")).toBe(0);
    expect(await client.call("SMOVE", "s", "t", "a")).toBe(1);
    expect(await client.call("SMOVE", "s", "t", "a")).toBe(0);
    expect(await client.call("SADD", "s", "a")).toBe(1);
    expect(await client.call("SMOVE", "s", "t", "a")).toBe(1);
    expect(await client.call("SMOVE", "s", "t", "b")).toBe(1);
    expect(await client.call("EXISTS", "s")).toBe(0);
    expect(await client.call("SMEMBERS", "t")).toEqual(["a", "b"]);
  });
});

test("SSCAN walks over all members, in pages and by pattern", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const members = Array.from({ length: 100 }, (_, i) => `m${100 + i}`);
  await client.call("SADD", "s", "", "a", ...members);
  const found: string[] = [];
  let cursor = "0";
  do {
    const page = (await client.call("SSCAN", "s", cursor, "COUNT", "7")) as [string, string[]];
    expect(page[1].length).toBeLessThanOrEqual(7);
    [cursor] = page;
    found.push(...page[1]);
  } while (cursor !== "0");
  expect(found).toEqual(["", "a", ...members]);
  expect(await client.call("SSCAN", "s", "0", "COUNT", "1000", "MATCH", "*")).toEqual(["0", found]);
  expect(await client.call("SSCAN", "s", "0", "MATCH", "m10?")).toEqual([
    "0",
    members.slice(0, 10),
  ]);
  expect(await client.call("SSCAN", "s", "x")).toEqual(replyError("ERR invalid cursor"));
  expect(await client.call("SSCAN", "s", "0", "COUNT", "0")).toEqual(syntax);
  expect(await client.call("SSCAN", "s", "0", "FOO")).toEqual(syntax);
});

test("a key of another type is refused and left as it is", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "str", "x");
  await client.call("SADD", "s", "a");
  for (const words of [
    ["SADD", "str", "a"],
    ["SREM", "str", "a"],
    ["SMEMBERS", "str"],
    ["SISMEMBER", "str", "a"],
    ["SMISMEMBER", "str", "a"],
    ["SCARD", "str"],
    ["SPOP", "str"],
    ["SPOP", "str", "0"],
    ["SRANDMEMBER", "str"],
    ["SRANDMEMBER", "str", "0"],
    ["SMOVE", "str", "s", "a"],
    ["SMOVE", "s", "str", "a"],
    ["SINTER", "none", "str"],
    ["SUNION", "s", "str"],
    ["SDIFF", "none", "str"],
    ["SINTERSTORE", "s", "none", "str"],
    ["SINTERCARD", "2", "none", "str"],
    ["SSCAN", "str", "0", "FOO"],
    ["SCLEAR", "str"],
    ["SMCLEAR", "s", "str"],
    ["STTL", "str"],
  ]) {
    expect({ words, reply: await client.call(...words) }).toEqual({ words, reply: wrongType });
  }
  expect(await client.call("GET", "str")).toBe("x");
  expect(await client.call("SMEMBERS", "s")).toEqual(["a"]);
});

test("sets survive a restart, and copies and renames keep them apart", async () => {
  await using server = await startServer();
  const before = await server.connect();
  await before.call("SADD", "s", "a", "b");
  expect(await before.call("COPY", "s", "t")).toBe(1);
  await before.call("SADD", "t", "c");
  await before.call("RENAME", "s", "u");
  await server.restart();
  const client = await server.connect();
  expect(await client.call("SMEMBERS", "t")).toEqual(["a", "b", "c"]);
  expect(await client.call("SMEMBERS", "u")).toEqual(["a", "b"]);
  expect(await client.call("TYPE", "u")).toBe("set");
});
