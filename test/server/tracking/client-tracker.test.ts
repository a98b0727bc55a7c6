import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import type { Command } from "../../../src/commands/command.ts";
import type { TrackingOptions } from "../../../src/commands/connection/tracking-options.ts";
import type { KeyTable } from "../../../src/database/key-table/key-table.ts";
import {
  ClientTracker,
  type TrackedConnection,
  type TrackerRegistry,
} from "../../../src/server/tracking/client-tracker.ts";

const options: TrackingOptions = {
  redirect: 0,
  isBroadcast: false,
  isOptIn: false,
  isOptOut: false,
  isNoLoop: false,
  prefixes: [],
};

class FakeConnection implements TrackedConnection {
  readonly id;
  readonly protocol = 3;
  readonly isSubscriber = false;
  readonly isBlocked = false;
  readonly db = { table: {} as KeyTable };
  readonly transaction = { isOpen: false, isRunning: false };
  isClosed = false;
  constructor(id: number) {
    this.id = id;
  }
  send(): void {}
  afterTurn(): void {}
}

function start() {
  const told: string[] = [];
  const connections = [new FakeConnection(1), new FakeConnection(2)] as const;
  const registry: TrackerRegistry = {
    find: (id) => connections.find((connection) => connection.id === id),
    began: () => told.push("began"),
    ended: () => told.push("ended"),
    joined: (_, prefix) => told.push(`joined ${prefix}`),
    left: (_, prefix) => told.push(`left ${prefix}`),
    gone: () => told.push("gone"),
    read: (_, keys) => told.push(`read ${keys.map(toText)}`),
  };
  return { told, connections, tracker: new ClientTracker(connections[0], registry) };
}

test("it begins once, whatever is changed meanwhile, and ends once", () => {
  const { told, tracker } = start();
  tracker.enable(options);
  tracker.enable({ ...options, isNoLoop: true });
  expect(tracker.mode).toMatchObject({ isNoLoop: true });
  tracker.disable();
  tracker.disable();
  expect(tracker.mode).toBeNull();
  tracker.close();
  expect(told).toEqual(["began", "ended", "gone"]);
});

test("prefixes are added, shown in order, and left at the end", () => {
  const { told, tracker } = start();
  const prefixes = (...texts: string[]) => ({
    ...options,
    isBroadcast: true,
    prefixes: texts.map(fromText),
  });
  tracker.enable(prefixes("b"));
  tracker.enable(prefixes("a"));
  expect(tracker.prefixes.map(toText)).toEqual(["a", "b"]);
  tracker.disable();
  expect(tracker.prefixes).toEqual([]);
  tracker.enable(prefixes());
  expect(told).toEqual([
    ...["began", "joined b", "joined a"],
    ...["left a", "left b", "ended"],
    ...["began", "joined "],
  ]);
});

test("which reads are noted is a matter of the mode, and of CLIENT CACHING", () => {
  const { told, tracker } = start();
  const notes = (mode: Partial<TrackingOptions>, isCachingSaid = false) => {
    tracker.enable({ ...options, ...mode });
    tracker.isCachingSaid = isCachingSaid;
    return tracker.notesReads;
  };
  expect(tracker.notesReads).toBe(false);
  expect([notes({}), notes({ isBroadcast: true })]).toEqual([true, false]);
  expect([notes({ isOptIn: true }), notes({ isOptIn: true }, true)]).toEqual([false, true]);
  tracker.scriptRead([fromText("a"), fromText("b")]);
  expect([notes({ isOptOut: true }), notes({ isOptOut: true }, true)]).toEqual([true, false]);
  tracker.scriptRead([fromText("c")]);
  expect(told.filter((text) => text.startsWith("read"))).toEqual(["read a,b"]);
});

test("CLIENT CACHING holds for one command, or up to EXEC, and CLIENT's do not count", () => {
  const { connections, tracker } = start();
  const [{ transaction }] = connections;
  const command = (name: string) => ({ name }) as Command;
  const isSaidAfter = (name: string | null) => {
    tracker.commandEnded(name === null ? null : command(name));
    return tracker.isCachingSaid;
  };
  tracker.isCachingSaid = true;
  expect([isSaidAfter("CLIENT|ID"), isSaidAfter("GET")]).toEqual([true, false]);
  tracker.isCachingSaid = true;
  expect(isSaidAfter(null)).toBe(false);
  tracker.isCachingSaid = true;
  transaction.isOpen = true;
  expect([isSaidAfter("MULTI"), isSaidAfter("GET")]).toEqual([true, true]);
  transaction.isOpen = false;
  expect(isSaidAfter("EXEC")).toBe(false);
});

test("another connection is told in its place, while that is there", () => {
  const { connections, tracker } = start();
  const [own, other] = connections;
  tracker.enable(options);
  expect(tracker.receiver).toBe(own);
  tracker.enable({ ...options, redirect: 2 });
  expect(tracker.receiver).toBe(other);
  other.isClosed = true;
  expect(tracker.receiver).toBeNull();
  tracker.isBroken = true;
  tracker.enable(options);
  expect([tracker.receiver, tracker.isBroken]).toEqual([own, false]);
});
