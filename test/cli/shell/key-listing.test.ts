import { expect, test } from "bun:test";
import { ClientConnection } from "../../../src/cli/client-connection.ts";
import { listKeys } from "../../../src/cli/shell/key-listing.ts";
import { memoryOutput } from "../../support/memory-output.ts";
import { startServer } from "../../support/start-server.ts";

test("all keys are listed once, or those that match, bare or quoted", async () => {
  await using server = await startServer({ requirepass: "" });
  const client = await server.connect();
  for (let i = 0; i < 100; i++) await client.call("SET", `k${i}`, "v");
  await client.call("SET", "odd\n", "v");
  const address = { kind: "tcp", host: "127.0.0.1", port: server.port } as const;
  const connection = await ClientConnection.open(address);
  const list = async (pattern: string | null, quoted: boolean) => {
    const output = memoryOutput();
    expect(await listKeys(connection, { pattern, quoted, pauseSeconds: 0 }, output)).toBe(0);
    return output.text;
  };
  const all = (await list("k*", false)).trimEnd().split("\n").sort();
  expect(all).toEqual(Array.from({ length: 100 }, (_, i) => `k${i}`).sort());
  expect(await list("odd*", true)).toBe('"odd\\n"\n');
  expect(await list("odd*", false)).toBe("odd\n\n");
  await connection.call("SUBSCRIBE", "c");
  const refused = memoryOutput();
  expect(
    await listKeys(connection, { pattern: null, quoted: false, pauseSeconds: 0 }, refused),
  ).toBe(1);
  expect(refused.errors).toStartWith("ERROR: ERR Can't execute 'scan'");
  connection.close();
});
