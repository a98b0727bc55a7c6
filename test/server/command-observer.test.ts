import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";

test("commands are counted by how they went, those of scripts too, but only clients' are commands processed", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "k", "v");
  await client.call("LPUSH", "k", "x");
  await client.call("GET");
  const before = server.app.stats.commandsProcessed;
  const text = "redis.call('SET', 'k', 'v') redis.pcall('LPUSH', 'k', 'x') redis.pcall('GET')";
  await client.call("EVAL", text, "0");
  const { stats } = server.app;
  expect(stats.commandsProcessed).toBe(before + 1);
  expect(stats.commands.get("set")).toMatchObject({ calls: 2, failed: 0, rejected: 0 });
  expect(stats.commands.get("lpush")).toMatchObject({ calls: 2, failed: 2, rejected: 0 });
  expect(stats.commands.get("get")).toMatchObject({ calls: 0, failed: 0, rejected: 2 });
});

test("a script's slow commands are in the slow log, before the script", async () => {
  await using server = await startServer({ "slowlog-log-slower-than": "0" });
  const client = await server.connect();
  await client.call("SLOWLOG", "RESET");
  await client.call("EVAL", "return redis.call('SET', 'k', 'v')", "0");
  const entries = (await client.call("SLOWLOG", "GET", "2")) as unknown[][];
  expect(entries.map((entry) => (entry[3] as string[])[0])).toEqual(["EVAL", "SET"]);
});
