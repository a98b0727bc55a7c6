import { expect, test } from "bun:test";
import type { Client } from "../../src/commands/client.ts";
import { LogFeed } from "../../src/replication/log-feed.ts";
import { Slaves } from "../../src/replication/slaves.ts";
import { Waits } from "../../src/replication/waits.ts";
import { FakeKeyspace } from "../support/fake-log.ts";

function waits() {
  const keyspace = new FakeKeyspace();
  const slaves = new Slaves(() => waiting.changed());
  const logFeed = new LogFeed(
    () => keyspace.history,
    () => false,
  );
  const waiting: Waits = new Waits({ keyspace, afterTurn: (work) => work() }, slaves, logFeed);
  const slave = slaves.of({ address: "10.0.0.2:1", kill() {} });
  slaves.greeted(slave.client, { protocol: 1, runId: "s", listeningPort: 1 });
  return { keyspace, slaves, slave, waiting };
}

const clientOf = (mayWait = true) =>
  ({ mayWait, hasWritten: true, onUnblock() {} }) as unknown as Client;

test("a client waits until slaves have what it has written", async () => {
  const { keyspace, slaves, slave, waiting } = waits();
  const end = keyspace.history.offset;
  const answer = waiting.forSlaves(clientOf(), 1, 0);
  slaves.acknowledged(slave, keyspace.history.position, end - 1);
  slaves.acknowledged(slave, keyspace.history.position, end);
  expect(await answer).toBe(1);
});

test("the time being up, it is told how many have it", async () => {
  const { waiting } = waits();
  expect(await waiting.forSlaves(clientOf(), 1, 10)).toBe(0);
});

test("who may not wait is told at once", async () => {
  const { waiting } = waits();
  expect(await waiting.forSlaves(clientOf(false), 5, 0)).toBe(1 - 1);
  expect(await waiting.forDisks(clientOf(false), 0, 5, 0)).toEqual([1, 0]);
});

test("disks are those of this server and of slaves", async () => {
  const { keyspace, slaves, slave, waiting } = waits();
  const end = keyspace.history.offset;
  slaves.acknowledged(slave, keyspace.history.position, end);
  const answer = waiting.forDisks(clientOf(), 1, 1, 0);
  slaves.durable(slave, end);
  expect(await answer).toEqual([1, 1]);
});
