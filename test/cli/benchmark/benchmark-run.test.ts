import { expect, test } from "bun:test";
import { type BenchmarkLoad, BenchmarkRun } from "../../../src/cli/benchmark/benchmark-run.ts";
import { encodeTestRequest } from "../../../src/cli/benchmark/request-batch.ts";
import { encodeRequest } from "../../../src/resp/request-encoder.ts";
import { startServer } from "../../support/start-server.ts";

const NO_GREETING = { bytes: new Uint8Array(0), replies: 0 };

function loadOf(port: number, more: Partial<BenchmarkLoad> = {}): BenchmarkLoad {
  return {
    address: { kind: "tcp", host: "127.0.0.1", port },
    tls: null,
    clients: 5,
    requests: 1000,
    pipeline: 1,
    keepAlive: true,
    keyspace: null,
    greeting: NO_GREETING,
    ...more,
  };
}

test("exactly so many requests are counted, with and without a pipeline", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const incr = encodeTestRequest(["INCR", "n"]);
  const result = await new BenchmarkRun(loadOf(server.port), incr).run();
  expect(result.requests).toBe(1000);
  expect(result.latencies.total).toBe(1000);
  expect(result.tookMs).toBeGreaterThan(0);
  expect(await client.call("GET", "n")).toBe("1000");
  const pipelined = await new BenchmarkRun(loadOf(server.port, { pipeline: 16 }), incr).run();
  expect(pipelined.latencies.total).toBe(1000);
  // Whole batches are sent: 63 of 16.
  expect(await client.call("GET", "n")).toBe(String(1000 + 63 * 16));
});

test("random keys spread, and large requests and replies pass whole", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const set = encodeTestRequest(["SET", "k:__rand_int__", "v"]);
  await new BenchmarkRun(loadOf(server.port, { keyspace: 20, pipeline: 4 }), set).run();
  expect(await client.call("DBSIZE")).toBe(20);
  const echo = encodeTestRequest(["ECHO", "x".repeat(2_000_000)]);
  const few = loadOf(server.port, { requests: 10, pipeline: 2 });
  expect((await new BenchmarkRun(few, echo).run()).latencies.total).toBe(10);
});

test("connections are made anew when they are not kept, with their greeting", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const auth = { bytes: encodeRequest(["AUTH", "pw"]), replies: 1 };
  const load = loadOf(server.port, { requests: 50, keepAlive: false, greeting: auth });
  const run = new BenchmarkRun(load, encodeTestRequest("PING"));
  expect((await run.run()).latencies.total).toBe(50);
});

test("an error of the server, and a server that is gone, end the run", async () => {
  const server = await startServer({ requirepass: "pw" });
  const run = (port: number) =>
    new BenchmarkRun(loadOf(port), encodeTestRequest(["GET", "k"])).run().catch(String);
  expect(await run(server.port)).toBe("ServerError: NOAUTH Authentication required.");
  const { port } = server;
  await server[Symbol.asyncDispose]();
  expect(await run(port)).toBe("ConnectionError: Connection refused");
});
