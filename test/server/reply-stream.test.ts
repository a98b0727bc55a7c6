import { expect, test } from "bun:test";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import { type RespClient, replyError, startServer } from "../support/start-server.ts";
import { until } from "../support/until.ts";

const COUNT = 20_000;
const value = "v".repeat(400);
const fields = Array.from({ length: COUNT }, (_, i) => `f${String(i).padStart(5, "0")}`);

async function fill(client: RespClient): Promise<void> {
  for (let at = 0; at < COUNT; at += 1000) {
    await client.call("HSET", "h", ...fields.slice(at, at + 1000).flatMap((f) => [f, value]));
  }
}

test("a long reply waits for its client in little memory, and is the state of one moment", async () => {
  await using server = await startServer();
  const writer = await server.connect();
  await fill(writer);
  const reader = await server.connect();
  await reader.call("PING");
  const connection = [...server.app.clients()].at(-1)!;
  reader.stopReading();
  reader.sendBytes(encodeRequest(["HGETALL", "h"]));
  await until(() => connection.outputBytes > 0);
  for (let round = 0; round < 3; round++) {
    await writer.call("HSET", "h", "f00000", "changed", `new${round}`, value);
    await writer.call("HDEL", "h", ...fields.slice(10_000 + round * 100, 10_100 + round * 100));
    await writer.call("SAVE").catch(() => {});
  }
  await writer.call("DEL", "h");
  expect(connection.outputBytes).toBeLessThan(1 << 20);
  expect(server.app.ledis.keyspace.rowSnapshots.count).toBe(1);
  reader.goOnReading();
  expect(await reader.readPlain()).toEqual(fields.flatMap((field) => [field, value]));
  expect(await reader.call("HLEN", "h")).toBe(0);
  await until(() => server.app.ledis.keyspace.rowSnapshots.count === 0);
});

test("a client that goes away in the middle leaves nothing behind", async () => {
  await using server = await startServer();
  const writer = await server.connect();
  await fill(writer);
  for (let i = 0; i < 20; i++) {
    const reader = await server.connect();
    reader.stopReading();
    reader.sendBytes(encodeRequest(["HGETALL", "h"]));
    if (i % 2 === 0) await until(() => server.app.ledis.keyspace.rowSnapshots.count > 0);
    reader.close();
  }
  await until(() => [...server.app.clients()].length === 1);
  await until(() => server.app.ledis.keyspace.rowSnapshots.count === 0);
  expect(await writer.call("HLEN", "h")).toBe(COUNT);
});

test("the server stops while a client reads slowly", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  client.stopReading();
  client.sendBytes(encodeRequest(["HGETALL", "h"]));
  await until(() => server.app.ledis.keyspace.rowSnapshots.count > 0);
  await server.restart();
  const next = await server.connect();
  expect(await next.call("HLEN", "h")).toBe(COUNT);
});

test("a reply whose turn fails becomes an error, and the connection goes on", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const { turns, keyspace } = server.app.ledis;
  let broken = false;
  server.app.ledis.turns.beforeEnd(() => {
    if (broken || keyspace.rowSnapshots.count === 0) return;
    broken = true;
    turns.breakTurn(new Error("for a test"));
  });
  expect(await client.call("HGETALL", "h")).toEqual(
    replyError("MISCONF Errors writing to the binlog: ERR internal error: for a test"),
  );
  expect(await client.call("HLEN", "h")).toBe(COUNT);
  await until(() => keyspace.rowSnapshots.count === 0);
});
