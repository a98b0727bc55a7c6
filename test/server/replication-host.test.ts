import { expect, test } from "bun:test";
import type { OptionTexts } from "../../src/config/config.ts";
import { replicationHost } from "../../src/server/replication-host.ts";
import { ServedDatabase } from "../../src/server/served-database.ts";
import { certificate, TLS_SERVER } from "../support/certificates.ts";
import { startServer } from "../support/start-server.ts";

test("a server tells what replication asks, and does what it wants", async () => {
  await using server = await startServer();
  const { app } = server;
  const unused = new ServedDatabase(() => app.ledis.options, { grew() {}, synced() {} });
  const host = replicationHost(app, unused, async () => {});
  expect([host.runId, host.tcpPort]).toEqual([app.runId, server.port]);
  expect(host.keyspace).toBe(app.ledis.keyspace);
  const client = await server.connect();
  expect(await host.holdsKeys()).toBe(false);
  await client.call("SELECT", 3);
  await client.call("SET", "a", "b");
  expect(await host.holdsKeys()).toBe(true);
  host.setFollowing(true);
  expect(app.ledis.keyspace.isFollowing).toBe(true);
  expect(app.ledis.expiry.enabled).toBe(false);
  host.setFollowing(false);
  expect(app.ledis.expiry.enabled).toBe(true);
});

test("the port for masters is one with TLS where replication talks TLS, if there is any", async () => {
  const portOf = async (options: OptionTexts) => {
    await using server = await startServer(options);
    const { app } = server;
    const unused = new ServedDatabase(() => app.ledis.options, { grew() {}, synced() {} });
    const { tcpPort } = replicationHost(app, unused, async () => {});
    return [tcpPort, app.tcpPort, app.tlsAddresses[0]?.port];
  };
  const replicates = { "tls-replication": "yes", "tls-ca-cert-file": certificate("ca.crt") };
  const [told, plain, secure] = await portOf({ ...TLS_SERVER, ...replicates });
  expect([told, plain === secure]).toEqual([secure, false]);
  const [usual, first] = await portOf(TLS_SERVER);
  expect(usual).toBe(first!);
  const [only, port] = await portOf(replicates);
  expect(only).toBe(port!);
});

test("clients that wait are ended and closed, slaves are not", async () => {
  await using server = await startServer();
  const { app } = server;
  const unused = new ServedDatabase(() => app.ledis.options, { grew() {}, synced() {} });
  const host = replicationHost(app, unused, async () => {});
  const [client, slave] = [await server.connect(), await server.connect()];
  await slave.call("REPLCONF", "HELLO", 1, "a".repeat(40), 7000);
  const { file, offset } = app.ledis.keyspace.position;
  const polled = slave.reply("SYNC", file, offset);
  const popped = client.call("BLPOP", "list", 0);
  while ([...app.clients()].filter(({ isBlocked }) => isBlocked).length < 2) await Bun.sleep(1);
  host.unblockClients("UNBLOCKED so");
  expect(await popped).toEqual({ error: "UNBLOCKED so" });
  await client.closed;
  expect((await polled).kind).toBe("bulk");
  expect(slave.isClosed).toBe(false);
});
