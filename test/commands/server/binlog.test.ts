import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("BINLOG LIST and STATUS tell what the log has", async () => {
  await using server = await startServer({ "binlog.max_file_size": "4096" });
  const client = await server.connect();
  for (let i = 0; i < 30; i++) await client.call("SET", `k${i}`, "x".repeat(500));
  const files = (await client.call("BINLOG", "LIST")) as unknown[][];
  expect(files.length).toBeGreaterThan(3);
  const [first, second] = files as [unknown[], unknown[]];
  expect(first.filter((_, i) => i % 2 === 0)).toEqual([
    "number",
    "size",
    "base",
    "created",
    "history",
  ]);
  expect([first[1], first[5], second[1]]).toEqual([1, 0, 2]);
  expect(second[5]).toBe(first[3]);
  expect(Math.abs(Number(first[7]) - Date.now() / 1000)).toBeLessThan(100);
  expect(first[9]).toMatch(/^[0-9a-f]{32}$/);
  const last = files.at(-1)!;
  const status = (await client.call("BINLOG", "STATUS")) as unknown[];
  expect(status[1]).toBe(`${last[1]}:${last[3]}`);
  expect(status[3]).toBe(Number(last[5]) + Number(last[3]));
  expect(status[7]).toBe(last[9]);
});

test("BINLOG PURGE removes files up to a number or a time, never the last one", async () => {
  await using server = await startServer({ "binlog.max_file_size": "4096" });
  const client = await server.connect();
  for (let i = 0; i < 50; i++) await client.call("SET", `k${i}`, "x".repeat(500));
  const numbers = async () =>
    ((await client.call("BINLOG", "LIST")) as unknown[][]).map((file) => file[1] as number);
  const before = await numbers();
  expect(await client.call("BINLOG", "PURGE", "TO", "3")).toBe(2);
  expect((await numbers())[0]).toBe(3);
  expect(await client.call("BINLOG", "PURGE", "BEFORE", "1000")).toBe(0);
  const late = String(Math.floor(Date.now() / 1000) + 1000);
  expect(await client.call("BINLOG", "PURGE", "before", late)).toBe(before.length - 3);
  expect(await numbers()).toEqual(before.slice(-1));
  expect(await client.call("GET", "k0")).toBe("x".repeat(500));
});

test("BINLOG ROTATE begins a file with the next write", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "1");
  expect(await client.wire("BINLOG", "ROTATE")).toBe("+OK\r\n");
  expect(await client.call("BINLOG", "LIST")).toHaveLength(1);
  await client.call("SET", "a", "2");
  await client.call("SET", "a", "3");
  expect(await client.call("BINLOG", "LIST")).toHaveLength(2);
});

test("BINLOG refuses what it does not understand", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("BINLOG", "PURGE", "FROM", "1")).toEqual(replyError("ERR syntax error"));
  expect(await client.call("BINLOG", "PURGE", "TO", "x")).toEqual(
    replyError("ERR value is not an integer or out of range"),
  );
  expect(await client.call("BINLOG", "NOPE")).toEqual(
    replyError("ERR unknown subcommand 'NOPE'. Try BINLOG HELP."),
  );
  expect(await client.call("BINLOG", "HELP")).toContain("ROTATE");
});
