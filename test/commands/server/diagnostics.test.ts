import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("SLOWLOG keeps what takes long, newest first, without passwords", async () => {
  await using server = await startServer({ "slowlog-log-slower-than": "0" });
  const client = await server.connect();
  await client.call("CLIENT", "SETNAME", "bob");
  await client.call("AUTH", "default", "secret");
  await client.call("SET", "a", "b");
  const entries = (await client.call("SLOWLOG", "GET")) as unknown[][];
  expect(entries.map(([id, , , words]) => [id, words])).toEqual([
    [2, ["SET", "a", "b"]],
    [1, ["AUTH", "(redacted)", "(redacted)"]],
    [0, ["CLIENT", "SETNAME", "bob"]],
  ]);
  const [, time, duration, , address, name] = entries[0]!;
  expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(5);
  expect(duration).toBeGreaterThanOrEqual(0);
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(name).toBe("bob");
  expect(await client.call("SLOWLOG", "GET", 1)).toHaveLength(1);
  expect(await client.call("SLOWLOG", "GET", -1)).toHaveLength(5);
  expect(await client.call("SLOWLOG", "LEN")).toBe(6);
  expect(await client.wire("SLOWLOG", "RESET")).toBe("+OK\r\n");
  expect(await client.call("SLOWLOG", "LEN")).toBe(1);
});

test("SLOWLOG refuses what Redis refuses", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const badCount = "count should be greater than or equal to -1";
  for (const [words, error] of [
    [["GET", "x"], badCount],
    [["GET", "-2"], badCount],
    [
      ["GET", "1", "2"],
      "unknown subcommand or wrong number of arguments for 'GET'. Try SLOWLOG HELP.",
    ],
    [["FOO"], "unknown subcommand 'FOO'. Try SLOWLOG HELP."],
    [["LEN", "x"], "wrong number of arguments for 'slowlog|len' command"],
  ] as const) {
    expect(await client.call("SLOWLOG", ...words)).toEqual(replyError(`ERR ${error}`));
  }
});

test("LATENCY answers that nothing was sampled", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.wire("LATENCY", "RESET", "x")).toBe(":0\r\n");
  expect(await client.wire("LATENCY", "LATEST")).toBe("*0\r\n");
  expect(await client.wire("LATENCY", "HISTORY", "x")).toBe("*0\r\n");
  expect(await client.wire("LATENCY", "HISTOGRAM")).toBe("*0\r\n");
  expect(await client.call("LATENCY", "DOCTOR")).toContain("SLOWLOG");
  expect(await client.call("LATENCY", "GRAPH", "x")).toEqual(
    replyError("ERR No samples available for event 'x'"),
  );
  expect(await client.call("LATENCY")).toEqual(
    replyError("ERR wrong number of arguments for 'latency' command"),
  );
});
