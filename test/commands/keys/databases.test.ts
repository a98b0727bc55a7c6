import { expect, test } from "bun:test";
import { startServer } from "../../support/start-server.ts";

test("DBSIZE is exact, however much was written just now", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("DBSIZE")).toBe(0);
  const requests = Array.from({ length: 6000 }, (_, i) => ["SET", `key:${i % 5000}`, "v"]);
  const replies = await client.pipeline([...requests, ["DBSIZE"], ["DEL", "key:1"], ["DBSIZE"]]);
  expect(replies.slice(-3)).toEqual([5000, 1, 4999]);
});

test("FLUSHDB empties one database, FLUSHALL all, with SYNC, ASYNC or neither", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const mode of [[], ["SYNC"], ["async"]]) {
    await client.pipeline([
      ["SET", "a", "1"],
      ["SET", "b", "1"],
      ["MOVE", "b", "3"],
    ]);
    expect(await client.call("FLUSHDB", ...mode)).toBe("OK");
    expect(await client.call("DBSIZE")).toBe(0);
    await client.call("SWAPDB", "0", "3");
    expect(await client.call("DBSIZE")).toBe(1);
    await client.call("SWAPDB", "0", "3");
    expect(await client.call("FLUSHALL", ...mode)).toBe("OK");
    await client.call("SWAPDB", "0", "3");
    expect(await client.call("DBSIZE")).toBe(0);
  }
});

test("what was flushed stays away after a restart", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "old", "1");
  await server.restart();
  const again = await server.connect();
  await again.call("FLUSHDB");
  await again.call("SET", "new", "1");
  await server.restart();
  expect(await (await server.connect()).call("KEYS", "*")).toEqual(["new"]);
});
