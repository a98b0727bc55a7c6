import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

const shown = (line: unknown) =>
  `${line}`.replace(/^\d+\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\]/, "[$1]");

test("a monitor gets a line for each command, as it runs", async () => {
  await using server = await startServer();
  const [monitor, client] = [await server.connect(), await server.connect()];
  expect(await monitor.call("MONITOR")).toBe("OK");
  for (const line of [
    "SELECT 2",
    "MULTI",
    "SET a \x01",
    "AUTH x",
    "CONFIG GET port",
    "EXEC",
    "NOSUCH",
  ]) {
    await client.call(...line.split(" "));
  }
  client.send("BLPOP", "list", 0);
  const lines = [];
  for (let i = 0; i < 6; i++) lines.push(shown(await monitor.readPlain()));
  expect(lines).toEqual([
    '[2] "SELECT" "2"',
    '[2] "MULTI"',
    '[2] "SET" "a" "\\x01"',
    '[2] "AUTH" "(redacted)"',
    '[2] "EXEC"',
    '[2] "BLPOP" "list" "0"',
  ]);
});

test("a monitor may not touch the data, sees itself, and ends with RESET", async () => {
  await using server = await startServer();
  const [monitor, client] = [await server.connect(), await server.connect()];
  await monitor.call("MONITOR");
  monitor.send("MONITOR");
  expect(await monitor.call("GET", "a")).toEqual(
    replyError("ERR Replica can't interact with the keyspace"),
  );
  expect(await client.call("CLIENT", "LIST")).toContain(" flags=O ");
  expect(await monitor.call("PING")).toBe("PONG");
  expect(shown(await monitor.readPlain())).toBe('[0] "PING"');
  expect(await monitor.call("RESET")).toBe("RESET");
  await client.call("PING");
  expect(await monitor.call("GET", "a")).toBeNull();
});

test("MONITOR is refused in EXEC", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("MULTI");
  await client.call("MONITOR");
  expect(await client.call("EXEC")).toEqual([
    replyError("ERR MONITOR isn't allowed for DENY BLOCKING client"),
  ]);
});

test("a monitor that goes away is forgotten", async () => {
  await using server = await startServer();
  const [monitor, client] = [await server.connect(), await server.connect()];
  await monitor.call("MONITOR");
  monitor.close();
  while (!server.app.monitors.isEmpty) await client.call("PING");
  expect(await client.call("PING")).toBe("PONG");
});
