import { expect, test } from "bun:test";
import { type Slave, type SlaveClient, Slaves } from "../../src/replication/slaves.ts";
import { useFakeClock } from "../support/fake-clock.ts";
import { FakeLog } from "../support/fake-log.ts";

class Peer implements SlaveClient {
  readonly address: string;
  isKilled = false;

  constructor(address = "127.0.0.1:5000") {
    this.address = address;
  }

  kill(): void {
    this.isKilled = true;
  }
}

const hello = (runId: string, listeningPort = 6380) => ({ protocol: 1, runId, listeningPort });

/** A slave that has asked for the log from a place on. */
function attach(slaves: Slaves, client: SlaveClient, runId: string, offset: number): Slave {
  slaves.greeted(client, hello(runId));
  const slave = slaves.of(client);
  slaves.acknowledged(slave, { file: 1, offset }, offset);
  return slave;
}

test("only who has introduced itself is a slave", () => {
  const slaves = new Slaves(() => {});
  slaves.of(new Peer()).listeningPort = 1;
  expect([...slaves.attached()]).toEqual([]);
  const peer = new Peer();
  slaves.greeted(peer, hello("a"));
  expect([...slaves.attached()]).toEqual([slaves.of(peer)]);
  expect([slaves.has("a"), slaves.has("b")]).toEqual([true, false]);
  slaves.gone(peer);
  expect([...slaves.attached()]).toEqual([]);
});

test("what a slave asks for is what it has", () => {
  let changes = 0;
  const slaves = new Slaves(() => changes++);
  const first = attach(slaves, new Peer(), "a", 100);
  attach(slaves, new Peer(), "b", 200);
  expect([50, 100, 150, 200, 201].map((at) => slaves.countAcknowledged(at))).toEqual([
    ...[2, 2, 1, 1, 0],
  ]);
  slaves.durable(first, 90);
  slaves.durable(first, 80);
  expect([80, 90, 91].map((at) => slaves.countDurable(at))).toEqual([1, 1, 0]);
  expect(changes).toBe(6);
});

test("a slave that copies the database has nothing yet", () => {
  const slaves = new Slaves(() => {});
  const peer = new Peer();
  slaves.greeted(peer, hello("a"));
  slaves.copies(slaves.of(peer), { file: 1, offset: 500 });
  expect(slaves.countAcknowledged(0)).toBe(0);
  expect(slaves.status(500)).toEqual([
    {
      ip: "127.0.0.1",
      port: 6380,
      state: "send_bulk",
      offset: 0,
      lagSeconds: 0,
      lagBytes: 500,
    },
  ]);
});

test("the address of IPv6 is told without brackets", () => {
  const slaves = new Slaves(() => {});
  attach(slaves, new Peer("[::1]:5000"), "a", 10);
  expect(slaves.status(30)[0]).toMatchObject({ ip: "::1", offset: 10, lagBytes: 20 });
});

test("silence counts: first against min-slaves-max-lag, then the connection is closed", () => {
  using time = useFakeClock();
  const slaves = new Slaves(() => {});
  const peer = new Peer();
  attach(slaves, peer, "a", 10);
  time.advance(10_500);
  expect(slaves.status(10)[0]!.lagSeconds).toBe(10);
  expect(slaves.countInTouch(10)).toBe(1);
  expect(slaves.countInTouch(9)).toBe(0);
  slaves.dropSilent(11_000);
  expect(peer.isKilled).toBe(false);
  slaves.dropSilent(10_000);
  expect(peer.isKilled).toBe(true);
});

test("the log is kept from the slowest slave's file on, but not for one too far behind", () => {
  using time = useFakeClock();
  const log = new FakeLog();
  for (let i = 0; i < 3; i++) {
    log.append(new Uint8Array(1000));
    log.rotate();
  }
  const slaves = new Slaves(() => {});
  expect(slaves.lowestNeededFile(log, 1e6)).toBeNull();
  const [fast, slow] = [new Peer(), new Peer()];
  slaves.greeted(fast, hello("fast"));
  slaves.acknowledged(slaves.of(fast), { file: 3, offset: 100 }, 2180);
  slaves.greeted(slow, hello("slow"));
  slaves.acknowledged(slaves.of(slow), { file: 1, offset: 100 }, 100);
  expect(slaves.lowestNeededFile(log, 1e6)).toBe(1);
  expect(slaves.lowestNeededFile(log, 1500)).toBe(3);
  slaves.gone(slow);
  expect(slaves.lowestNeededFile(log, 1e6)).toBe(1);
  time.advance(60_001);
  expect(slaves.lowestNeededFile(log, 1e6)).toBe(3);
});

test("all can be sent away", () => {
  const slaves = new Slaves(() => {});
  const peer = new Peer();
  attach(slaves, peer, "a", 1);
  slaves.disconnect();
  expect(peer.isKilled).toBe(true);
  expect(slaves.find(peer)).toBeUndefined();
});
