import { expect, test } from "bun:test";
import { SUPERUSER } from "../../../src/commands/acl/user.ts";
import type { Client, Transaction } from "../../../src/commands/client.ts";
import { clientBytes, clientLine } from "../../../src/commands/connection/client-line.ts";
import { UNTRACKED } from "../../../src/commands/connection/tracking-options.ts";
import { useFakeClock } from "../../support/fake-clock.ts";

const nothing = { add() {}, remove() {}, clear() {}, check() {}, count: () => 0 };

const idle: Transaction = {
  isOpen: false,
  isRunning: false,
  isDirty: false,
  count: 0,
  bytes: 0,
  begin() {},
  discard() {},
  execute: () => null,
  watch() {},
  unwatch() {},
};

const client: Client = {
  id: 7,
  address: "127.0.0.1:5000",
  localAddress: "127.0.0.1:6380",
  isUnix: false,
  createdAtMs: 1000,
  lastActiveAtMs: 9500,
  lastCommand: "client|list",
  isBlocked: false,
  isClosing: false,
  fd: 12,
  inputBytes: 5,
  outputBytes: 0,
  transaction: idle,
  subscriptions: { ...nothing, names: () => [] },
  tracking: UNTRACKED,
  isSubscriber: false,
  mayWait: true,
  isMonitor: false,
  name: "bob",
  libraryName: "",
  libraryVersion: "",
  user: SUPERUSER,
  authenticated: true,
  protocol: 3,
  noEvict: false,
  noTouch: false,
  database: 2,
  select() {},
  setReplyMode() {},
  closeAfterReply() {},
  kill() {},
  unblock: () => false,
  onUnblock() {},
  mayReplicate: false,
  isSlave: false,
  hasWritten: false,
};

test("the line has Redis 7.0's fields in its order", () => {
  using _ = useFakeClock(11_999);
  expect(clientLine(client)).toBe(
    "id=7 addr=127.0.0.1:5000 laddr=127.0.0.1:6380 fd=12 name=bob age=10 idle=2 flags=N db=2 " +
      "sub=0 psub=0 ssub=0 multi=-1 qbuf=5 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 " +
      "oll=0 omem=0 tot-mem=2053 events=r cmd=client|list user=(superuser) redir=-1 resp=3",
  );
});

const own = { redirect: 0, isBroadcast: false, isOptIn: false, isOptOut: false, isNoLoop: false };

test("flags say what is special about a client", () => {
  const flags = (state: Partial<Client>) =>
    / flags=(\S+)/.exec(clientLine({ ...client, ...state }))![1];
  expect(flags({ isBlocked: true })).toBe("b");
  expect(flags({ isUnix: true, isClosing: true })).toBe("cU");
  expect(flags({ noEvict: true, noTouch: true })).toBe("eT");
  expect(flags({ isMonitor: true })).toBe("O");
  expect(flags({ isSubscriber: true })).toBe("P");
  expect(flags({ transaction: { ...idle, isOpen: true, isDirty: true } })).toBe("xd");
  expect(flags({ tracking: { ...UNTRACKED, mode: own } })).toBe("t");
  const tracking = { ...UNTRACKED, mode: { ...own, isBroadcast: true }, isBroken: true };
  expect(flags({ isBlocked: true, tracking })).toBe("btRB");
});

test("the client that is told in its place is named", () => {
  const line = (redirect: number) =>
    clientLine({ ...client, tracking: { ...UNTRACKED, mode: { ...own, redirect } } });
  expect(line(0)).toContain(" redir=0 ");
  expect(line(12)).toContain(" redir=12 ");
});

test("subscriptions and queued commands are counted", () => {
  const line = clientLine({
    ...client,
    subscriptions: {
      ...client.subscriptions,
      count: (kind) => ({ channel: 1, pattern: 2, shard: 3 })[kind],
    },
    transaction: { ...idle, isOpen: true, count: 4, bytes: 500 },
  });
  expect(line).toContain(" sub=1 psub=2 ssub=3 multi=4 ");
  expect(line).toContain(" multi-mem=500 ");
  expect(line).toContain(" tot-mem=2553 ");
});

test("unread replies count as memory, and as something to write", () => {
  const line = clientLine({ ...client, outputBytes: 1000 });
  expect(line).toContain(" oll=1 omem=1000 tot-mem=3053 events=rw ");
  expect(clientBytes({ ...client, outputBytes: 1000 })).toBe(3053);
});

test("a clock that stepped back makes no negative ages", () => {
  using _ = useFakeClock(0);
  expect(clientLine(client)).toContain(" age=0 idle=0 ");
});
