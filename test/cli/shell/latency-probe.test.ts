import { expect, test } from "bun:test";
import { ClientConnection } from "../../../src/cli/client-connection.ts";
import { probeLatency } from "../../../src/cli/shell/latency-probe.ts";
import { memoryOutput } from "../../support/memory-output.ts";
import { startServer } from "../../support/start-server.ts";

test("least, most, average and count are printed once", async () => {
  await using server = await startServer();
  const address = { kind: "tcp", host: "127.0.0.1", port: server.port } as const;
  const connection = await ClientConnection.open(address);
  const output = memoryOutput();
  expect(await probeLatency(connection, { live: false, seconds: 0.03 }, output)).toBe(0);
  expect(output.text).toMatch(/^\d+ \d+ \d+\.\d\d [1-9]\d*\n$/);
  connection.close();
});
