/** A slave that talks to its master over TLS. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { log } from "../../src/log.ts";
import { certificate, TLS_SERVER } from "../support/certificates.ts";
import { digestOf, eventually, linkOf, writeAllTypes } from "../support/replicas.ts";
import { startServer, type TestServer } from "../support/start-server.ts";

const { sink } = log;
beforeAll(() => {
  log.sink = () => {};
});
afterAll(() => {
  log.sink = sink;
});

const MASTER = { ...TLS_SERVER, "tls-auth-clients": "yes", "enable-debug-command": "yes" };
const SLAVE = {
  "tls-replication": "yes",
  "tls-ca-cert-file": certificate("ca.crt"),
  "tls-client-cert-file": certificate("client.crt"),
  "tls-client-key-file": certificate("client.key"),
  "enable-debug-command": "yes",
};

async function follow(slave: TestServer, master: TestServer): Promise<void> {
  const [{ port } = { port: 0 }] = master.app.tlsAddresses;
  await using client = await slave.connect();
  await client.call("SLAVEOF", "127.0.0.1", port);
}

test("a slave copies and repeats over TLS, under any name of the master", async () => {
  await using master = await startServer(MASTER);
  await using slave = await startServer(SLAVE);
  await using writer = await master.connect();
  for (let round = 0; round < 40; round++) await writeAllTypes(writer, round);
  await writer.call("SET", "big", Buffer.alloc(20 << 20, "x"));
  await follow(slave, master);
  await eventually("the link is up", () => linkOf(slave) === "connected");
  for (let round = 40; round < 80; round++) await writeAllTypes(writer, round);
  expect(await writer.call("WAIT", 1, 10_000)).toBe(1);
  await using reader = await slave.connect();
  expect(await digestOf(reader)).toBe(await digestOf(writer));
  expect(await reader.call("STRLEN", "big")).toBe(20 << 20);
});

test.each([
  ["trusts another authority", { "tls-ca-cert-file": certificate("other-ca.crt") }, "TLS"],
  ["talks no TLS", { "tls-replication": "no" }, "closed"],
  [
    "has a certificate of another authority",
    {
      "tls-client-cert-file": certificate("stranger.crt"),
      "tls-client-key-file": certificate("stranger.key"),
    },
    "closed",
  ],
])("a slave that %s does not get in, and says why", async (_, options, reason) => {
  await using master = await startServer(MASTER);
  await using slave = await startServer({ ...SLAVE, ...options });
  await follow(slave, master);
  await eventually("it has failed", () => slave.app.replication.status().master?.error != null);
  expect(slave.app.replication.status().master?.error).toContain(reason);
  expect(linkOf(slave)).not.toBe("connected");
  await using client = await slave.connect();
  await client.call(
    ...["CONFIG", "SET", "tls-replication", "yes"],
    ...["tls-ca-cert-file", certificate("ca.crt")],
    ...["tls-client-cert-file", certificate("client.crt")],
    ...["tls-client-key-file", certificate("client.key")],
  );
  await eventually(
    "the next connection is made with the new options",
    () => linkOf(slave) === "connected",
  );
});
