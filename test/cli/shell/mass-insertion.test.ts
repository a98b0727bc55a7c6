import { expect, test } from "bun:test";
import { ClientConnection } from "../../../src/cli/client-connection.ts";
import { insertInMass } from "../../../src/cli/shell/mass-insertion.ts";
import { encodeRequest } from "../../../src/resp/request-encoder.ts";
import { chunksOf, memoryOutput } from "../../support/memory-output.ts";
import { startServer } from "../../support/start-server.ts";

const addressOf = (port: number) => ({ kind: "tcp", host: "127.0.0.1", port }) as const;

test("requests of both forms are sent as they are, and errors counted", async () => {
  await using server = await startServer();
  const connection = await ClientConnection.open(addressOf(server.port));
  const output = memoryOutput();
  const wire = encodeRequest(["SET", "a", "1"]).toString("latin1");
  const chunks = chunksOf(wire.slice(0, 9), `${wire.slice(9)}nosuch\r\nINC`, "R a");
  const report = await insertInMass(connection, chunks, output, 30);
  expect(report).toEqual({ errors: 1, replies: 3 });
  expect(output.text).toBe(
    "All data transferred. Waiting for the last reply...\nLast reply received from server.\n",
  );
  expect(output.errors).toStartWith("ERR unknown command 'nosuch'");
  expect(await connection.call("GET", "a")).toMatchObject({ kind: "bulk" });
  connection.close();
});

test("many requests are counted, nothing is lost", async () => {
  await using server = await startServer();
  const connection = await ClientConnection.open(addressOf(server.port));
  const some = Array.from({ length: 1000 }, (_, i) =>
    encodeRequest(["SET", `k${i}`, "v"]).toString("latin1"),
  ).join("");
  const chunks = chunksOf(...Array.from({ length: 20 }, () => some));
  const report = await insertInMass(connection, chunks, memoryOutput(), 30);
  expect(report).toEqual({ errors: 0, replies: 20_000 });
  expect(await connection.call("DBSIZE")).toMatchObject({ value: 1000 });
  connection.close();
});

test("a server that says nothing, or goes away, is an error", async () => {
  const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const waiting = await ClientConnection.open(addressOf(silent.port));
  const output = memoryOutput();
  expect(await insertInMass(waiting, chunksOf("PING\r\n"), output, 0.05)).toEqual({
    errors: 1,
    replies: 0,
  });
  expect(output.errors).toContain("No replies for 0.05 seconds");
  const lost = await ClientConnection.open(addressOf(silent.port));
  silent.stop(true);
  expect((await insertInMass(lost, chunksOf("PING\r\n"), memoryOutput(), 30)).errors).toBe(1);
});
