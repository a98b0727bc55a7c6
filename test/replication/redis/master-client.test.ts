import { expect, test } from "bun:test";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { MasterClient } from "../../../src/replication/redis/master-client.ts";
import { startServer } from "../../support/start-server.ts";

test("commands see a client that cannot wait, and its database", async () => {
  await using server = await startServer();
  const { app } = server;
  const client = new MasterClient("10.0.0.1:6379", app, ForeignDatabases.seen(app.ledis));
  expect(client.db).toBe(app.ledis.select(0));
  client.select(7);
  expect([client.database, client.db.number, client.address]).toEqual([7, 7, "10.0.0.1:6379"]);
  expect(() => client.select(16)).toThrow("raise databases");
  expect(client.database).toBe(7);
  expect([client.mayWait, client.isSubscriber, client.transaction.isOpen]).toEqual([
    false,
    false,
    false,
  ]);
  expect(client.client).toBe(client);
  expect(client.ledis).toBe(app.ledis);
});
