import { expect, test } from "bun:test";
import { fromMapKey } from "../../../src/bytes/bytes.ts";
import { redisPayload } from "../../rdb/redis-payloads.ts";
import { sealBytes } from "../../rdb/seal-bytes.ts";
import {
  type Plain,
  type RespClient,
  replyError,
  startServer,
} from "../../support/start-server.ts";

/** A string "abc", as Redis dumps it. */
const ABC = sealBytes(Uint8Array.of(0, 3, 97, 98, 99), 10);
const SYNTAX = replyError("ERR syntax error");
const NOT_INTEGER = replyError("ERR value is not an integer or out of range");
const BAD_IDLE_TIME = replyError("ERR Invalid IDLETIME value, must be >= 0");
const BAD_FREQUENCY = replyError("ERR Invalid FREQ value, must be >= 0 and <= 255");
const BUSY = replyError("BUSYKEY Target key name already exists.");
const WRONG_FOOTER = replyError("ERR DUMP payload version or checksum are wrong");
const BAD_FORMAT = replyError("ERR Bad data format");

const restore = (client: RespClient, key: string, ...words: (string | Uint8Array)[]) =>
  client.call("RESTORE", key, ...words);

async function dumpOf(client: RespClient, key: string): Promise<Uint8Array> {
  return fromMapKey((await client.call("DUMP", key)) as string);
}

test("DUMP answers what RESTORE takes, null for a missing key", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("ZADD", "z", "1.5", "a", "inf", "b");
  const payload = await dumpOf(client, "z");
  expect(await restore(client, "copy", "0", payload)).toBe("OK");
  expect(await client.call("ZRANGE", "copy", "0", "-1", "WITHSCORES")).toEqual([
    "a",
    "1.5",
    "b",
    "inf",
  ]);
  expect(await client.call("DUMP", "missing")).toBeNull();
});

test("RESTORE takes what Redis has dumped", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const { payload } = redisPayload("hash of one field compact");
  expect(await restore(client, "h", "0", payload)).toBe("OK");
  expect(await client.call("HGETALL", "h")).toEqual(["f", "v"]);
});

test("RESTORE stores nothing where a key is, unless it may REPLACE it", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("RPUSH", "k", "item");
  await client.call("EXPIRE", "k", "100");
  expect(await restore(client, "k", "0", ABC)).toEqual(BUSY);
  expect(await restore(client, "k", "no integer", "junk")).toEqual(BUSY);
  expect(await restore(client, "k", "0", ABC, "replace")).toBe("OK");
  expect(await client.call("GET", "k")).toBe("abc");
  expect(await client.call("TTL", "k")).toBe(-1);
});

test("the TTL is in milliseconds, from now or since 1970", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await restore(client, "a", "100000", ABC)).toBe("OK");
  expect(await client.call("PTTL", "a")).toBeGreaterThan(90_000);
  expect(await client.call("PTTL", "a")).toBeLessThanOrEqual(100_000);
  expect(await restore(client, "b", "4102444800000", ABC, "ABSTTL")).toBe("OK");
  expect(await client.call("PEXPIRETIME", "b")).toBe(4_102_444_800_000);
  expect(await restore(client, "c", "0", ABC, "ABSTTL")).toBe("OK");
  expect(await client.call("TTL", "c")).toBe(-1);
  expect(await restore(client, "d", "9223372036854775807", ABC)).toBe("OK");
  expect(await restore(client, "e", "-1", ABC)).toEqual(
    replyError("ERR Invalid TTL value, must be >= 0"),
  );
  expect(await restore(client, "e", "x", ABC)).toEqual(NOT_INTEGER);
  expect(await restore(client, "e", "99999999999999999999", ABC)).toEqual(NOT_INTEGER);
});

test("a time that has passed leaves no key, and takes the old one away", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "k", "before");
  expect(await restore(client, "k", "1000", ABC, "REPLACE", "ABSTTL")).toBe("OK");
  expect(await client.call("EXISTS", "k")).toBe(0);
  expect(await restore(client, "k", "1000", ABC, "ABSTTL")).toBe("OK");
  expect(await client.call("EXISTS", "k")).toBe(0);
});

test("IDLETIME and FREQ are checked, and exclude each other", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const tries: [string[], Plain][] = [
    [["IDLETIME", "-1"], BAD_IDLE_TIME],
    [["IDLETIME", "x"], NOT_INTEGER],
    [["IDLETIME"], SYNTAX],
    [["FREQ", "-1"], BAD_FREQUENCY],
    [["FREQ", "256"], BAD_FREQUENCY],
    [["FREQ", "5", "IDLETIME", "5"], SYNTAX],
    [["OTHER"], SYNTAX],
  ];
  for (const [words, reply] of tries) {
    expect(await restore(client, "k", "0", ABC, ...words)).toEqual(reply);
  }
  expect(await restore(client, "k", "0", ABC, "idletime", "1000")).toBe("OK");
  expect(await restore(client, "l", "0", ABC, "FREQ", "255")).toBe("OK");
});

test("what is no payload, or holds no value of a type that is here, is refused", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const damaged = ABC.slice();
  damaged[2] = 98;
  expect(await restore(client, "k", "0", "")).toEqual(WRONG_FOOTER);
  expect(await restore(client, "k", "0", damaged)).toEqual(WRONG_FOOTER);
  expect(await restore(client, "k", "0", sealBytes(Uint8Array.of(0, 1, 97), 13))).toEqual(
    WRONG_FOOTER,
  );
  for (const body of [
    [],
    [2, 0],
    [2, 2, 1, 97, 1, 97],
    [15, 0, 1, 0, 0, 0],
    [254, 0],
    [0, 2, 97],
  ]) {
    expect(await restore(client, "k", "0", sealBytes(Uint8Array.from(body)))).toEqual(BAD_FORMAT);
  }
  expect(await client.call("EXISTS", "k")).toBe(0);
});

test("a bitmap of LedisDB keeps its length", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("BSETBIT", "b", "5", "1");
  await client.call("BSETBIT", "b", "100000", "0");
  const payload = await dumpOf(client, "b");
  expect(await restore(client, "copy", "0", payload)).toBe("OK");
  expect(await client.call("TYPE", "copy")).toBe("bitmap");
  expect(await client.call("BCOUNT", "copy", "0", "-1")).toBe(1);
  expect(await client.call("BGET", "copy")).toBe(await client.call("BGET", "b"));
});

test("a client that waits for a list is served by a restored one", async () => {
  await using server = await startServer();
  const [client, waiting] = [await server.connect(), await server.connect()];
  const popped = waiting.call("BLPOP", "l", "0");
  while (!String(await client.call("INFO", "clients")).includes("blocked_clients:1")) {}
  expect(await restore(client, "l", "0", redisPayload("plain list").payload)).toBe("OK");
  expect(await popped).toEqual(["l", "a"]);
});
