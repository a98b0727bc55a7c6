import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("MEMORY USAGE grows with key and value, and is null for a missing key", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "x");
  await client.call("SET", "b", "x".repeat(1000));
  const small = Number(await client.call("MEMORY", "USAGE", "a"));
  const large = Number(await client.call("memory", "usage", "b", "SAMPLES", 0));
  expect(large - small).toBe(999);
  expect(await client.wire("MEMORY", "USAGE", "nosuch")).toBe("$-1\r\n");
});

test("MEMORY USAGE refuses what Redis refuses", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const [words, error] of [
    [["k", "SAMPLES"], "syntax error"],
    [["k", "SAMPLES", "-1"], "syntax error"],
    [["k", "FOO", "1"], "syntax error"],
    [["k", "SAMPLES", "x"], "value is not an integer or out of range"],
    [[], "wrong number of arguments for 'memory|usage' command"],
  ] as const) {
    expect(await client.call("MEMORY", "USAGE", ...words)).toEqual(replyError(`ERR ${error}`));
  }
});

test("MEMORY STATS answers pairs, DOCTOR and MALLOC-STATS text, PURGE OK", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const stats = (await client.call("MEMORY", "STATS")) as unknown[];
  expect(stats.length % 2).toBe(0);
  expect(stats).toContain("total.allocated");
  expect(await client.call("MEMORY", "DOCTOR")).toContain("bounded");
  expect(await client.call("MEMORY", "MALLOC-STATS")).toBeString();
  expect(await client.call("MEMORY", "PURGE")).toBe("OK");
});
