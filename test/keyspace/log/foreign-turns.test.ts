import { expect, test } from "bun:test";
import { FILE_HEADER_BYTES } from "../../../src/binlog/event.ts";
import { LogMismatch } from "../../../src/keyspace/log/foreign-turns.ts";
import { KIND_HASH } from "../../../src/keyspace/rows/row-key.ts";
import { catchUp, read, TestServers, write } from "../../support/follow.ts";
import { Rows } from "../../support/test-keyspace.ts";

test("a slave copies the master and repeats its log byte for byte", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "before");
  new Rows(master).put(KIND_HASH, 7, "field", "value");
  master.endTurn();
  const slave = await servers.startSlave(master, "s");
  expect([read(slave, "before"), new Rows(slave).element(KIND_HASH, 7, "field")]).toEqual([
    "before",
    "value",
  ]);
  for (let i = 0; i < 50; i++) write(master, `k${i % 7}`, `${i}`.repeat(i * 20));
  new Rows(master).delete("before");
  master.endTurn();
  expect(await catchUp(master, slave)).toBe(true);
  expect(read(slave, "before")).toBeNull();
  expect(read(slave, "k1")).toBe("43".repeat(43 * 20).slice(0, 43 * 40));
  expect(slave.history.position).toEqual(master.history.position);
  expect(slave.history.offset).toBe(master.history.offset);
  const [ours, theirs] = [servers.logBytes("s", 1), servers.logBytes("m", 1)];
  expect(ours.length).toBe(theirs.length);
  expect(ours.subarray(0, FILE_HEADER_BYTES)).toEqual(theirs.subarray(0, FILE_HEADER_BYTES));
  expect(ours.subarray(-5000)).toEqual(theirs.subarray(-5000));
  expect(slave.counts(0)).toEqual(master.counts(0));
});

test("a slave has what it copied and repeated after a restart, flushed or not", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  let slave = await servers.startSlave(master, "s");
  write(master, "b");
  expect(await catchUp(master, slave)).toBe(true);
  await servers.stop(slave, false);
  slave = await servers.start("s");
  slave.follow();
  expect([read(slave, "a"), read(slave, "b")]).toEqual(["a", "b"]);
  write(master, "c");
  expect(await catchUp(master, slave)).toBe(true);
  await servers.stop(slave);
  slave = await servers.start("s");
  slave.follow();
  expect(read(slave, "c")).toBe("c");
  expect(slave.history.position).toEqual(master.history.position);
});

test("a slave refuses writes of its own", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const slave = await servers.startSlave(master, "s");
  expect(() => write(slave, "own")).toThrow("follows another server");
  slave.abortTurn();
  expect(read(slave, "own")).toBeNull();
});

test("a slave takes a turn with large values and many rows", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const slave = await servers.startSlave(master, "s");
  const rows = new Rows(master);
  for (let i = 0; i < 3000; i++) rows.set(`many${i}`, "y".repeat(500));
  rows.set("large", "z".repeat(3_000_000));
  master.endTurn();
  expect(await catchUp(master, slave)).toBe(true);
  expect(read(slave, "large")).toBe("z".repeat(3_000_000));
  expect(read(slave, "many2999")).toBe("y".repeat(500));
  await slave.flush();
  expect(read(slave, "large")).toBe("z".repeat(3_000_000));
  expect(slave.counts(0).keys).toBe(3002);
});

test("applyTurns refuses another place, a cut turn and a damaged one, and changes nothing", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const slave = await servers.startSlave(master, "s");
  const at = slave.history.position;
  write(master, "b");
  const stretch = await master.history.read(at, null, 1 << 20);
  if (stretch.kind !== "turns") throw new Error("no turns");
  const { bytes } = stretch;
  expect(() => slave.applyTurns({ ...at, offset: at.offset + 1 }, bytes)).toThrow(LogMismatch);
  expect(() => slave.applyTurns({ file: at.file + 1, offset: 0 }, bytes)).toThrow(LogMismatch);
  expect(() => slave.applyTurns(at, bytes.subarray(0, -1))).toThrow(LogMismatch);
  for (let i = 0; i < bytes.length; i++) {
    const damaged = bytes.slice();
    damaged[i]! ^= 1;
    expect(() => slave.applyTurns(at, damaged)).toThrow(LogMismatch);
  }
  expect(slave.history.position).toEqual(at);
  expect(read(slave, "b")).toBeNull();
  slave.applyTurns(at, bytes);
  expect(read(slave, "b")).toBe("b");
});
