import { expect, test } from "bun:test";
import { TestServers } from "../support/follow.ts";
import { Rows } from "../support/test-keyspace.ts";

test("keys are counted exactly over SQLite, frozen generations and the active one", async () => {
  await using servers = new TestServers();
  const keyspace = await servers.start("a");
  const rows = new Rows(keyspace);
  rows.set("flushed", "1");
  rows.set("flushed and removed", "1");
  rows.set("flushed with a TTL", "1", 9e12);
  rows.set("elsewhere", "1", 0, 3);
  keyspace.endTurn();
  await keyspace.flush();
  expect(keyspace.counts(0)).toEqual({ keys: 3, expires: 1 });
  rows.delete("flushed and removed");
  rows.set("flushed", "2", 9e12);
  rows.set("new", "1");
  rows.delete("never there");
  keyspace.endTurn();
  const flushing = keyspace.flush();
  rows.set("new", "2");
  rows.set("newer", "1");
  rows.set("flushed with a TTL", "2");
  expect(keyspace.counts(0)).toEqual({ keys: 4, expires: 1 });
  expect(keyspace.counts(3)).toEqual({ keys: 1, expires: 0 });
  keyspace.endTurn();
  await flushing;
  expect(keyspace.counts(0)).toEqual({ keys: 4, expires: 1 });
});

test("what a count has looked at needs no second look, and a flush leaves nothing to look at", async () => {
  await using servers = new TestServers();
  const keyspace = await servers.start("a");
  const rows = new Rows(keyspace);
  for (let i = 0; i < 10; i++) rows.set(`k${i}`, "v");
  keyspace.endTurn();
  expect(keyspace.pendingCounts).toBe(10);
  keyspace.counts(0);
  expect(keyspace.pendingCounts).toBe(0);
  rows.set("k11", "v");
  keyspace.endTurn();
  expect(keyspace.pendingCounts).toBe(1);
  await keyspace.flush();
  expect(keyspace.pendingCounts).toBe(0);
});
