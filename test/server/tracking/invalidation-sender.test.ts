import { expect, test } from "bun:test";
import { StorageError } from "../../../src/errors.ts";
import {
  ClientTracker,
  type TrackedConnection,
  type TrackerRegistry,
} from "../../../src/server/tracking/client-tracker.ts";
import { InvalidationSender } from "../../../src/server/tracking/invalidation-sender.ts";
import type { ReplySink } from "../../../src/server/turn-output.ts";
import { TextSink, turnOutput } from "../../support/text-sink.ts";

class Client extends TextSink implements TrackedConnection, ReplySink {
  readonly id;
  readonly db = { table: null as never };
  readonly transaction = { isOpen: false, isRunning: false };
  protocol: 2 | 3 = 3;
  isSubscriber = false;
  isBlocked = false;
  isClosed = false;
  readonly tracker;
  constructor(id: number, registry: TrackerRegistry) {
    super();
    this.id = id;
    this.tracker = new ClientTracker(this, registry);
  }
  redirect(id: number): void {
    const flags = { isBroadcast: false, isOptIn: false, isOptOut: false, isNoLoop: false };
    this.tracker.enable({ ...flags, redirect: id, prefixes: [] });
  }
}

function start() {
  const output = turnOutput();
  const waiters = { isServing: false };
  const sender = new InvalidationSender({ output, ledis: { waiters }, scheduleTurn() {} });
  const clients: Client[] = [];
  const registry = {
    find: (id: number) => clients.find((client) => client.id === id),
  } as TrackerRegistry;
  for (const name of ["began", "ended", "joined", "left", "gone", "read"] as const) {
    registry[name] = () => {};
  }
  clients.push(new Client(1, registry), new Client(2, registry));
  return { output, waiters, sender, a: clients[0]!, b: clients[1]! };
}

const push = (key: string) => `>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\n${key}\r\n`;

test("a client is told at once, but for whom a command runs: that is told behind its reply", () => {
  const { output, sender, a, b } = start();
  output.begin(a);
  sender.send(a.tracker, ["a"]);
  sender.send(b.tracker, ["b"]);
  output.answer("reply", 3);
  sender.answered();
  output.end();
  output.committed();
  expect([a.got, b.got]).toEqual([`$5\r\nreply\r\n${push("a")}`, push("b")]);
});

test("who is told in another's place is told before its reply, and behind that of EXEC", () => {
  const { output, sender, a, b } = start();
  b.redirect(1);
  for (const isRunning of [false, true]) {
    output.begin(a);
    a.transaction.isRunning = isRunning;
    sender.send(b.tracker, ["b"]);
    output.answer(1, 3);
    sender.answered();
    output.end();
  }
  output.committed();
  expect(a.got).toBe(`${push("b")}:1\r\n:1\r\n${push("b")}`);
});

test("who is blocked when others are served is told when the turn has ended", async () => {
  const { output, waiters, sender, a, b } = start();
  a.isBlocked = true;
  waiters.isServing = true;
  sender.send(a.tracker, ["a"]);
  sender.send(b.tracker, ["b"]);
  waiters.isServing = false;
  sender.turnEnds();
  output.committed();
  expect([a.got, b.got]).toEqual(["", push("b")]);
  await new Promise((resolve) => setImmediate(resolve));
  output.committed();
  expect(a.got).toBe(push("a"));
});

test("in RESP2 only subscribers are told, in another's place", () => {
  const { output, sender, a, b } = start();
  a.protocol = 2;
  const tell = () => {
    sender.tell([a.tracker, b.tracker], ["k"]);
    output.committed();
    return a.got;
  };
  a.isSubscriber = true;
  expect(tell()).toBe("");
  b.redirect(1);
  a.isSubscriber = false;
  expect(tell()).toBe("");
  a.isSubscriber = true;
  expect(tell()).toBe("*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*1\r\n$1\r\nk\r\n");
  expect(b.got).toBe(push("k"));
});

test("who redirects to a client that is gone is told so, in RESP3", () => {
  const { output, sender, a, b } = start();
  b.redirect(1);
  a.isClosed = true;
  sender.send(b.tracker, ["k"]);
  b.protocol = 2;
  sender.send(b.tracker, ["k"]);
  output.committed();
  expect(b.got).toBe(">2\r\n$21\r\ntracking-redir-broken\r\n:1\r\n");
  expect(b.tracker.isBroken).toBe(true);
});

test("what was told holds when the turn fails", () => {
  const { output, sender, a } = start();
  sender.send(a.tracker, null);
  output.failed(new StorageError("disk full"));
  expect(a.got).toBe(">2\r\n$10\r\ninvalidate\r\n_\r\n");
});
