import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FILE_HEADER_BYTES } from "../../src/binlog/event.ts";
import { logFilePath } from "../../src/binlog/log-files.ts";
import { LogMismatch } from "../../src/keyspace/foreign-turns.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import { KIND_HASH } from "../../src/keyspace/row-key.ts";
import { log } from "../../src/log.ts";
import { buildFrom, catchUp } from "../support/follow.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";
import { openTestKeyspace, Rows } from "../support/test-keyspace.ts";

const { sink } = log;
let directory: TemporaryDirectory;
let open: Set<Keyspace>;
beforeEach(() => {
  log.sink = () => {};
  directory = temporaryDirectory();
  open = new Set();
});
afterEach(async () => {
  for (const keyspace of open) await keyspace.close();
  directory[Symbol.dispose]();
  log.sink = sink;
});

const pathOf = (name: string) => join(directory.path, name);

async function start(name: string, options = {}): Promise<Keyspace> {
  const keyspace = await openTestKeyspace(pathOf(name), { logFilesMax: 100, ...options });
  open.add(keyspace);
  return keyspace;
}

async function stop(keyspace: Keyspace): Promise<void> {
  open.delete(keyspace);
  await keyspace.close();
}

/** Writes one turn with a key of this name. */
function write(keyspace: Keyspace, key: string, text = key): void {
  new Rows(keyspace).set(key, text);
  keyspace.endTurn();
}

const read = (keyspace: Keyspace, key: string) => new Rows(keyspace).get(key);

const logBytes = (name: string, file: number) =>
  readFileSync(logFilePath(join(pathOf(name), "bin_log"), file));

/** A slave that has copied `master` and stands at its end. */
async function startSlave(master: Keyspace, name: string): Promise<Keyspace> {
  const snapshot = await master.snapshot();
  await buildFrom(snapshot, pathOf(name));
  await snapshot.close();
  const slave = await start(name);
  slave.follow();
  expect(await catchUp(master, slave)).toBe(true);
  return slave;
}

describe("a slave", () => {
  test("copies the master and repeats its log byte for byte", async () => {
    const master = await start("m");
    write(master, "before");
    new Rows(master).put(KIND_HASH, 7, "field", "value");
    master.endTurn();
    const slave = await startSlave(master, "s");
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
    const [ours, theirs] = [logBytes("s", 1), logBytes("m", 1)];
    expect(ours.length).toBe(theirs.length);
    expect(ours.subarray(0, FILE_HEADER_BYTES)).toEqual(theirs.subarray(0, FILE_HEADER_BYTES));
    expect(ours.subarray(-5000)).toEqual(theirs.subarray(-5000));
    expect(slave.counts(0)).toEqual(master.counts(0));
  });

  test("has what it copied and repeated after a restart, flushed or not", async () => {
    const master = await start("m");
    write(master, "a");
    let slave = await startSlave(master, "s");
    write(master, "b");
    expect(await catchUp(master, slave)).toBe(true);
    open.delete(slave);
    await slave.close(false);
    slave = await start("s");
    slave.follow();
    expect([read(slave, "a"), read(slave, "b")]).toEqual(["a", "b"]);
    write(master, "c");
    expect(await catchUp(master, slave)).toBe(true);
    await stop(slave);
    slave = await start("s");
    slave.follow();
    expect(read(slave, "c")).toBe("c");
    expect(slave.history.position).toEqual(master.history.position);
  });

  test("takes over files that the master begins, by size or by a restart", async () => {
    let master = await start("m", { logFileBytesMax: 4096 });
    write(master, "a");
    const slave = await startSlave(master, "s");
    for (let i = 0; i < 100; i++) write(master, `k${i}`, "x".repeat(200));
    expect(master.history.position.file).toBeGreaterThan(3);
    expect(await catchUp(master, slave)).toBe(true);
    await stop(master);
    const files = master.history.position.file;
    master = await start("m", { logFileBytesMax: 4096 });
    expect(master.history.position.file).toBe(files);
    const before = master.history.id;
    write(master, "behind the restart");
    expect(master.history.position.file).toBe(files + 1);
    expect(master.history.id).not.toEqual(before);
    expect(await catchUp(master, slave)).toBe(true);
    expect(read(slave, "behind the restart")).toBe("behind the restart");
    expect(read(slave, "k99")).toBe("x".repeat(200));
    expect(slave.history.files()).toEqual(
      master.history.files().slice(-slave.history.files().length),
    );
    for (let file = 2; file <= files + 1; file++) {
      expect(logBytes("s", file)).toEqual(logBytes("m", file));
    }
  });

  test("refuses writes of its own", async () => {
    const master = await start("m");
    write(master, "a");
    const slave = await startSlave(master, "s");
    expect(() => write(slave, "own")).toThrow("follows another server");
    slave.abortTurn();
    expect(read(slave, "own")).toBeNull();
  });

  test("takes a turn with large values and many rows", async () => {
    const master = await start("m");
    write(master, "a");
    const slave = await startSlave(master, "s");
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
});

describe("applyTurns", () => {
  test("refuses another place, a cut turn and a damaged one, and changes nothing", async () => {
    const master = await start("m");
    write(master, "a");
    const slave = await startSlave(master, "s");
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

  test("tells which keys were written to who wants to know", async () => {
    const master = await start("m");
    write(master, "a");
    const slave = await startSlave(master, "s");
    const told: string[] = [];
    let wants = false;
    slave.onForeignKeys({
      wantsKeys: () => wants,
      keyChanged: (space, key) => void told.push(`${space}:${Buffer.from(key)}`),
    });
    write(master, "b");
    await catchUp(master, slave);
    wants = true;
    write(master, "c");
    new Rows(master).delete("a");
    master.endTurn();
    await catchUp(master, slave);
    expect(told).toEqual(["0:c", "0:a"]);
  });
});

describe("histories", () => {
  test("a promoted slave begins one, and the others go on with it", async () => {
    const master = await start("m");
    write(master, "a");
    const first = await startSlave(master, "s1");
    const second = await startSlave(master, "s2");
    write(master, "b");
    expect(await catchUp(master, first)).toBe(true);
    first.lead();
    expect(first.history.id).toEqual(master.history.id);
    write(first, "c");
    expect(first.history.id).not.toEqual(master.history.id);
    expect(await catchUp(first, second)).toBe(true);
    expect([read(second, "b"), read(second, "c")]).toEqual(["b", "c"]);
    master.follow();
    expect(await catchUp(first, master)).toBe(true);
    expect(read(master, "c")).toBe("c");
  });

  test("whoever has written beside or ahead of the new master cannot go on", async () => {
    const master = await start("m");
    write(master, "a");
    const slave = await startSlave(master, "s");
    write(master, "lost");
    slave.lead();
    master.follow();
    expect(await catchUp(slave, master)).toBe(false);
    write(slave, "other");
    expect(await catchUp(slave, master)).toBe(false);
  });

  test("a server that has nothing of this history cannot go on", async () => {
    const master = await start("m");
    write(master, "a");
    const stranger = await start("x");
    stranger.follow();
    expect(await catchUp(master, stranger)).toBe(false);
  });

  test("an idle restart begins nothing", async () => {
    let master = await start("m");
    write(master, "a");
    const { position } = master.history;
    await stop(master);
    master = await start("m");
    expect(master.history.position).toEqual(position);
    const slave = await startSlave(master, "s");
    expect(await catchUp(master, slave)).toBe(true);
  });

  test("a copy's log cannot be read from before it begins", async () => {
    const master = await start("m");
    write(master, "a");
    const { position: early, id } = master.history;
    for (let i = 0; i < 20; i++) write(master, `k${i}`);
    const slave = await startSlave(master, "s");
    expect((await slave.history.read(early, id, 1000)).kind).toBe("gone");
    expect((await slave.history.read({ file: 1, offset: 0 }, id, 1000)).kind).toBe("gone");
    expect((await slave.history.read(slave.history.position, id, 1000)).kind).toBe("end");
  });
});

describe("a snapshot", () => {
  test("is of one moment, whatever is written meanwhile", async () => {
    const master = await start("m");
    for (let i = 0; i < 5000; i++) new Rows(master).set(`k${i}`, "old".repeat(100));
    master.endTurn();
    const snapshot = await master.snapshot();
    for (let i = 0; i < 5000; i++) new Rows(master).set(`k${i}`, "new".repeat(100));
    master.endTurn();
    await master.flush();
    await buildFrom(snapshot, pathOf("s"));
    await snapshot.close();
    const copy = await start("s");
    expect(read(copy, "k0")).toBe("old".repeat(100));
    expect(read(copy, "k4999")).toBe("old".repeat(100));
    expect(copy.counts(0)).toEqual({ keys: 5000, expires: 0 });
    copy.follow();
    expect(await catchUp(master, copy, 100_000)).toBe(true);
    expect(read(copy, "k2500")).toBe("new".repeat(100));
  });

  test("serves several readers, each at its own pace", async () => {
    const master = await start("m");
    for (let i = 0; i < 3000; i++) new Rows(master).set(`k${i}`, "v".repeat(300));
    master.endTurn();
    const snapshot = await master.snapshot();
    await Promise.all(["s1", "s2", "s3"].map((name) => buildFrom(snapshot, pathOf(name))));
    await snapshot.close();
    for (const name of ["s1", "s2", "s3"]) {
      const copy = await start(name);
      expect(copy.counts(0).keys).toBe(3000);
    }
    expect(await snapshot.read(null).catch(String)).toContain("ended");
  });

  test("of an empty database is one, too", async () => {
    const master = await start("m");
    const slave = await startSlave(master, "s");
    expect(slave.counts(0).keys).toBe(0);
    write(master, "first");
    expect(await catchUp(master, slave)).toBe(true);
    expect(read(slave, "first")).toBe("first");
  });

  test("that is damaged or incomplete replaces nothing", async () => {
    const master = await start("m");
    write(master, "new");
    const target = await start("s");
    write(target, "old");
    await stop(target);
    const snapshot = await master.snapshot();
    const { DirectoryBuilder } = await import("../../src/keyspace/directory-builder.ts");
    const damagedHead = snapshot.head.slice();
    damagedHead[30]! ^= 1;
    expect(await DirectoryBuilder.create(pathOf("s"), damagedHead).catch(String)).toContain(
      "damaged",
    );
    const { block } = await snapshot.read(null);
    for (const at of [0, 3, 7, 12, block.length - 1]) {
      const damaged = block.slice();
      damaged[at]! ^= 4;
      const builder = await DirectoryBuilder.create(pathOf("s"), snapshot.head);
      expect(await builder.add(damaged).then(String, String)).toContain("damaged");
      await builder.abandon();
    }
    const builder = await DirectoryBuilder.create(pathOf("s"), snapshot.head);
    await builder.add(block);
    expect(await builder.finish().then(String, String)).toContain("incomplete");
    // As a crash would: what was built is left there, without the mark.
    await snapshot.close();
    const reopened = await start("s");
    expect([read(reopened, "old"), read(reopened, "new")]).toEqual(["old", null]);
    await builder.abandon();
  });

  test("is swapped in although a crash stopped the first attempt", async () => {
    const master = await start("m");
    write(master, "new");
    const target = await start("s");
    write(target, "old");
    await stop(target);
    const snapshot = await master.snapshot();
    await buildFrom(snapshot, pathOf("s"));
    await snapshot.close();
    // The database was moved, the log was not.
    const { renameSync } = await import("node:fs");
    renameSync(join(pathOf("s"), "fullsync", "ledis.db"), join(pathOf("s"), "ledis.db"));
    writeFileSync(join(pathOf("s"), "ledis.db-wal"), "");
    const copy = await start("s");
    expect([read(copy, "old"), read(copy, "new")]).toEqual([null, "new"]);
    expect(copy.history.position).toEqual(master.history.position);
  });
});
