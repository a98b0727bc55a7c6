/** What the transcript test/transcripts/strings.txt cannot show: bytes, types, counters, limits. */
import { describe, expect, test } from "bun:test";
import { errors } from "../../../src/errors.ts";
import { putCollection } from "../../support/hand-made-collections.ts";
import { replyError, startServer } from "../../support/start-server.ts";

test("all bytes survive, in keys and in values", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  await client.call("SET", all, all);
  expect(await client.call("GET", all)).toBe(String.fromCharCode(...all));
});

test("a large value comes back whole, also after the key was written again", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const large = "x".repeat(3_000_000);
  const replies = await client.pipeline([
    ["SET", "k", large],
    ["GET", "k"],
    ["SETRANGE", "k", 0, "y"],
    ["GETRANGE", "k", 0, 2],
    ["GETSET", "k", "small"],
    ["GET", "k"],
  ]);
  expect(replies[1] === large).toBe(true);
  expect(replies[3]).toBe("yxx");
  expect(replies[4] === `y${large.slice(1)}`).toBe(true);
  expect(replies[5]).toBe("small");
});

test("a reply in a pipeline shows the value of its moment, not of the turn's end", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const requests = [1, 2, 3].flatMap((n) => [
    ["SET", "k", `value ${n}`],
    ["GET", "k"],
    ["MGET", "k", "k"],
  ]);
  expect(await client.pipeline(requests)).toEqual(
    [1, 2, 3].flatMap((n) => ["OK", `value ${n}`, [`value ${n}`, `value ${n}`]]),
  );
});

describe("a key of another type", () => {
  const refused = [
    ["GET", "h"],
    ["SET", "h", "v", "GET"],
    ["GETSET", "h", "v"],
    ["GETDEL", "h"],
    ["GETEX", "h", "EX", "x"],
    ["APPEND", "h", "v"],
    ["STRLEN", "h"],
    ["SETRANGE", "h", "0", ""],
    ["GETRANGE", "h", "0", "1"],
    ["SUBSTR", "h", "0", "1"],
    ["INCR", "h"],
    ["DECR", "h"],
    ["INCRBY", "h", "1"],
    ["DECRBY", "h", "1"],
    ["INCRBYFLOAT", "h", "not read before the key"],
  ];

  test("is refused and stays as it is", async () => {
    await using server = await startServer();
    const client = await server.connect();
    const { ledis } = server.app;
    putCollection(ledis, ledis.select(0), Buffer.from("h"));
    for (const request of refused) {
      expect(await client.call(...request)).toEqual(replyError(errors.wrongType));
    }
    expect(await client.call("LCS", "h", "k", "NOW")).toEqual(replyError(errors.lcsTypes));
    expect(await client.call("LCS", "k", "h")).toEqual(replyError(errors.lcsTypes));
    expect(await client.call("TYPE", "h")).toBe("hash");
  });

  test("is overwritten by SET and its like, and null to MGET", async () => {
    await using server = await startServer();
    const client = await server.connect();
    const { ledis } = server.app;
    for (const request of [
      ["SET", "h", "v"],
      ["SETEX", "h", "9", "v"],
      ["MSET", "h", "v"],
    ]) {
      putCollection(ledis, ledis.select(0), Buffer.from("h"));
      expect(await client.call("MGET", "h")).toEqual([null]);
      expect(await client.call("SETNX", "h", "v")).toBe(0);
      expect(await client.call("MSETNX", "k", "v", "h", "v")).toBe(0);
      expect(await client.call(...request)).toBe("OK");
      expect(await client.call("GET", "h")).toBe("v");
    }
  });
});

test("reading commands count hits and misses, writing ones do not, as in Redis", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const { lookups } = server.app.ledis;
  await client.call("SET", "k", "1");
  for (const [request, hits, misses] of [
    [["GET", "k"], 1, 0],
    [["MGET", "k", "x"], 1, 1],
    [["EXISTS", "k", "k", "x"], 2, 1],
    [["TTL", "x"], 0, 1],
    [["TYPE", "k"], 1, 0],
    [["INCR", "k"], 0, 0],
    [["SET", "k", "1", "NX"], 0, 0],
    [["SET", "k", "1", "GET"], 1, 0],
    [["GETSET", "k", "1"], 1, 0],
    [["EXPIRE", "x", "1"], 0, 0],
    [["DEL", "x"], 0, 0],
  ] as const) {
    lookups.hits = 0;
    lookups.misses = 0;
    await client.call(...request);
    expect([request[0], { ...lookups }]).toEqual([request[0], { hits, misses }]);
  }
});

test("strings end at proto-max-bulk-len", async () => {
  await using server = await startServer({ "proto-max-bulk-len": "1mb" });
  const client = await server.connect();
  const mb = 1 << 20;
  expect(await client.call("SETRANGE", "k", mb - 1, "x")).toBe(mb);
  expect(await client.call("APPEND", "k", "x")).toEqual(replyError(errors.stringTooLong));
  expect(await client.call("SETRANGE", "l", mb, "x")).toEqual(replyError(errors.stringTooLong));
  expect(await client.call("LCS", "k", "k")).toEqual(replyError(errors.lcsTooLarge));
});
