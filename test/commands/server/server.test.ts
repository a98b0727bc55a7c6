import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("TIME answers seconds and microseconds", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const before = Math.floor(Date.now() / 1000);
  const [seconds, microseconds] = (await client.call("TIME")) as string[];
  expect(Number(seconds)).toBeGreaterThanOrEqual(before);
  expect(Number(microseconds)).toBeLessThan(1_000_000);
  expect(await client.wire("TIME")).toMatch(/^\*2\r\n\$10\r\n\d{10}\r\n\$\d\r\n\d{1,6}\r\n$/);
});

test("SAVE answers when everything is in SQLite, and LASTSAVE when that was", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "b");
  expect(server.app.ledis.keyspace.stats().memtableRows).toBeGreaterThan(0);
  const pipeline = [["SET", "c", "d"], ["SAVE"], ["GET", "c"], ["LASTSAVE"]];
  const [, saved, value, time] = await client.pipeline(pipeline);
  expect([saved, value]).toEqual(["OK", "d"]);
  expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(5);
  expect(server.app.ledis.keyspace.stats().memtableRows).toBe(0);
  expect(await client.call("SAVE", "x")).toEqual(
    replyError("ERR wrong number of arguments for 'save' command"),
  );
});

test("BGSAVE saves behind its reply; a second one is refused while the first is under way", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "b");
  const replies = await client.pipeline([["BGSAVE"], ["BGSAVE"], ["BGSAVE", "SCHEDULE"]]);
  expect(replies).toEqual([
    "Background saving started",
    replyError("ERR Background save already in progress"),
    "Background saving scheduled",
  ]);
  while (server.app.saves.inProgress) await Bun.sleep(1);
  expect(server.app.saves.count).toBe(1);
  expect(server.app.ledis.keyspace.stats().memtableRows).toBe(0);
  for (const words of [["x"], ["SCHEDULE", "x"]]) {
    expect(await client.call("BGSAVE", ...words)).toEqual(replyError("ERR syntax error"));
  }
});

test("BGREWRITEAOF saves as well", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const text = "Background append only file rewriting started";
  expect(await client.pipeline([["BGREWRITEAOF"], ["BGREWRITEAOF"]])).toEqual([text, text]);
  while (server.app.saves.inProgress) await Bun.sleep(1);
  expect(server.app.saves.count).toBe(1);
});

test("SAVE tells a failure, and harms nothing", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const { ledis } = server.app;
  const checkpoint = ledis.checkpoint.bind(ledis);
  ledis.checkpoint = () => Promise.reject(new Error("disk full"));
  expect(await client.call("SAVE")).toEqual(replyError("ERR saving failed: disk full"));
  ledis.checkpoint = checkpoint;
  expect(await client.pipeline([["SET", "a", "b"], ["SAVE"]])).toEqual(["OK", "OK"]);
});

test("LOLWUT draws, and its VERSION must be a number", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("LOLWUT")).toContain("ledis ver. ");
  expect(await client.call("LOLWUT", "VERSION", "5")).toContain("ledis ver. ");
  expect(await client.call("LOLWUT", "version", "x")).toEqual(
    replyError("ERR value is not an integer or out of range"),
  );
});

test("SHUTDOWN asks for a stop and does not answer", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const asked = Promise.withResolvers<{ save: boolean }>();
  server.app.onShutdown(asked.resolve);
  client.send("SHUTDOWN", "nosave", "NOW", "force");
  expect(await asked.promise).toEqual({ save: false });
  expect(client.unread).toBe(0);
});

test("SHUTDOWN without words flushes, and refuses what Redis refuses", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const [words, error] of [
    [["FOO"], "syntax error"],
    [["SAVE", "NOSAVE"], "syntax error"],
    [["ABORT", "NOW"], "syntax error"],
    [["ABORT"], "No shutdown in progress."],
  ] as const) {
    expect(await client.call("SHUTDOWN", ...words)).toEqual(replyError(`ERR ${error}`));
  }
  const asked = Promise.withResolvers<{ save: boolean }>();
  server.app.onShutdown(asked.resolve);
  client.send("SHUTDOWN");
  expect(await asked.promise).toEqual({ save: true });
});
