import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { listLogFiles, logFilePath } from "../../src/binlog/log-files.ts";
import { StorageError } from "../../src/errors.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import type { KeyspaceOptions } from "../../src/keyspace/keyspace-options.ts";
import { KIND_HASH } from "../../src/keyspace/rows/row-key.ts";
import { keepLog } from "../support/keep-log.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";
import { copyAsAfterCrash, openTestKeyspace, Rows } from "../support/test-keyspace.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

let directory: TemporaryDirectory;
let opened: Keyspace[] = [];
const lines = keepLog();

beforeEach(() => {
  directory = temporaryDirectory();
});

afterEach(async () => {
  for (const keyspace of opened.splice(0)) await keyspace.close();
  directory[Symbol.dispose]();
});

async function open(options: Partial<KeyspaceOptions> = {}, name = "data") {
  const keyspace = await openTestKeyspace(join(directory.path, name), options);
  opened.push(keyspace);
  return { keyspace, rows: new Rows(keyspace) };
}

/** Opens what a crash of this moment leaves. */
async function crash(keyspace: Keyspace, options: Partial<KeyspaceOptions> = {}) {
  opened = opened.filter((other) => other !== keyspace);
  await keyspace.abandon();
  const name = `crash-${readdirSync(directory.path).length}`;
  copyAsAfterCrash(join(directory.path, "data"), join(directory.path, name));
  return open(options, name);
}

const file = (name: string): string => join(directory.path, "data", name);

/** Keeps the worker from writing until it is closed. */
function blockSqlite(): Database {
  const db = new Database(file("ledis.db"));
  db.run("BEGIN IMMEDIATE");
  return db;
}

/** The message of the error that the promise ends with; "" when it does not. */
const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (error: Error) => error.message,
  );

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await Bun.sleep(5);
};

describe("turns", () => {
  test("what a turn wrote is seen at once, and is in the log when it ends", async () => {
    const { keyspace, rows } = await open();
    const { position } = keyspace;
    rows.set("k", "v");
    expect(rows.get("k")).toBe("v");
    expect(keyspace.position).toEqual(position);
    expect(keyspace.endTurn()).toBe(true);
    expect(keyspace.position.offset).toBeGreaterThan(position.offset);
    expect(rows.get("k")).toBe("v");
    expect(keyspace.endTurn()).toBe(false);
  });

  test("an undone turn leaves nothing, and those who derived something from it are told", async () => {
    const { keyspace, rows } = await open();
    rows.set("k", "old");
    keyspace.endTurn();
    let undone = 0;
    keyspace.onUndo(() => undone++);
    rows.set("k", "new");
    rows.set("l", "new");
    keyspace.abortTurn();
    expect(undone).toBe(1);
    expect(rows.get("k")).toBe("old");
    expect(rows.get("l")).toBeNull();
    expect(keyspace.counts(0)).toEqual({ keys: 1, expires: 0 });
  });

  test("an undone turn ends its snapshot of SQLite, so that the next read begins a turn again", async () => {
    const { keyspace, rows } = await open();
    let begun = 0;
    keyspace.onTurnOpen(() => begun++);
    rows.get("missing");
    keyspace.abortTurn();
    rows.get("missing too");
    expect(begun).toBe(2);
  });

  test("a turn survives a crash whole, or not at all", async () => {
    const { keyspace, rows } = await open();
    rows.set("a", "1");
    rows.set("b", "2");
    keyspace.endTurn();
    rows.set("a", "never ended");
    const after = await crash(keyspace);
    expect(after.rows.get("a")).toBe("1");
    expect(after.rows.get("b")).toBe("2");
    expect(lines.join("")).toContain("recovered from the log turns=1");
  });

  test("rows written in the middle of a flush are seen although their turn began before its end", async () => {
    const { keyspace, rows } = await open({ cacheBytes: 0 });
    rows.put(KIND_HASH, 1, "f", "v");
    rows.set("k", "v");
    keyspace.endTurn();
    expect(rows.get("unknown")).toBeNull();
    await keyspace.flush();
    expect(rows.range(KIND_HASH, 1, "", null)).toEqual([["f", "v"]]);
    expect(rows.get("k")).toBe("v");
    expect(keyspace.counts(0)).toEqual({ keys: 1, expires: 0 });
  });
});

describe("flushing", () => {
  test("a flush that is asked for within a turn happens at its end, with what it wrote", async () => {
    const { keyspace, rows } = await open();
    rows.set("k", "v");
    const flushed = keyspace.flush();
    keyspace.endTurn();
    await flushed;
    expect(keyspace.stats().flushedRows).toBe(1);
    expect(keyspace.stats().memtableRows).toBe(0);
  });

  test("a flush that is asked for within a turn that is undone happens, too", async () => {
    const { keyspace, rows } = await open();
    rows.set("k", "v");
    keyspace.endTurn();
    rows.set("l", "v");
    const flushed = keyspace.flush();
    keyspace.abortTurn();
    await flushed;
    expect(keyspace.stats().flushedRows).toBe(1);
  });

  test("the interval ends within a turn: nothing breaks, and the turn's end flushes", async () => {
    const { keyspace, rows } = await open({ flushIntervalMs: 1 });
    rows.set("k", "v");
    keyspace.endTurn();
    rows.set("l", "v");
    await Bun.sleep(20);
    expect(keyspace.stats().flushes).toBe(0);
    keyspace.endTurn();
    await until(() => keyspace.stats().flushedRows === 2);
  });

  test("the interval ends while another flush runs: the rows follow it", async () => {
    const { keyspace, rows } = await open({ flushIntervalMs: 30 });
    rows.set("k", "v");
    keyspace.endTurn();
    const block = blockSqlite();
    await until(() => keyspace.stats().frozenGenerations === 1);
    rows.set("l", "v");
    keyspace.endTurn();
    await Bun.sleep(60);
    block.close();
    await until(() => keyspace.stats().flushedRows === 2);
  });

  test("a long log is flushed although its rows are few", async () => {
    const { keyspace, rows } = await open({ flushLogBytes: 2000 });
    for (let i = 0; i < 100; i++) {
      rows.set("k", `${i}`);
      keyspace.endTurn();
    }
    await until(() => keyspace.stats().frozenGenerations === 0 && keyspace.stats().flushes > 0);
    expect(rows.get("k")).toBe("99");
  });

  test("it fails while SQLite refuses, and succeeds by itself afterwards", async () => {
    const { keyspace, rows } = await open();
    rows.set("k", "v");
    keyspace.endTurn();
    const block = blockSqlite();
    expect(await failureOf(keyspace.flush())).toMatch("database is locked");
    expect(keyspace.stats().flushFailure).toContain("locked");
    expect(rows.get("k")).toBe("v");
    block.close();
    await until(() => keyspace.stats().frozenGenerations === 0);
    expect(keyspace.stats().flushFailure).toBeNull();
  });

  test("a reader of the file does not keep a checkpoint from making everything durable", async () => {
    const { keyspace, rows } = await open();
    rows.set("k", "v");
    keyspace.endTurn();
    await keyspace.checkpoint();
    const reader = new Database(file("ledis.db"), { readonly: true });
    reader.run("BEGIN");
    expect(reader.query("SELECT count(*) AS n FROM keys").get()).toEqual({ n: 1 });
    rows.set("l", "v");
    keyspace.endTurn();
    await keyspace.checkpoint();
    expect(statSync(file("ledis.db-wal")).size).toBeGreaterThan(0);
    reader.close();
    await keyspace.checkpoint();
    expect(statSync(file("ledis.db-wal")).size).toBe(0);
  });

  test("what was read before is not kept from being checkpointed, and a flush shows what is new", async () => {
    const { keyspace, rows } = await open({ cacheBytes: 0 });
    for (const value of ["1", "2", "3"]) {
      rows.set("k", value);
      keyspace.endTurn();
      await keyspace.checkpoint();
      expect(statSync(file("ledis.db-wal")).size).toBe(0);
      // Lets go of the cached row, so that SQLite has to be read.
      keyspace.endTurn();
      const before = keyspace.statementCount;
      expect(rows.get("k")).toBe(value);
      expect(keyspace.statementCount).toBeGreaterThan(before);
      keyspace.endTurn();
    }
    // A flush alone, whose rows the next read keeps a snapshot of: nothing but the checkpoint ends that.
    rows.set("k", "4");
    keyspace.endTurn();
    await keyspace.flush();
    expect(rows.get("another")).toBeNull();
    keyspace.endTurn();
    await keyspace.checkpoint();
    expect(statSync(file("ledis.db-wal")).size).toBe(0);
  });
});

describe("room", () => {
  /** Fills active and frozen generations while SQLite refuses. */
  function fill(keyspace: Keyspace, rows: Rows): void {
    for (let i = 0; keyspace.hasRoom; i++) {
      rows.set(`k${i}`, "x".repeat(500));
      keyspace.endTurn();
      if (i > 1000) throw new Error("there is always room");
    }
  }

  test("runs out when the worker falls behind, and whoever waits is woken once", async () => {
    const { keyspace, rows } = await open({ writeBufferBytes: 1000 });
    const block = blockSqlite();
    fill(keyspace, rows);
    expect(keyspace.stats().frozenGenerations).toBe(4);
    let woken = 0;
    keyspace.onRoom(() => woken++);
    block.close();
    await until(() => woken > 0 && keyspace.hasRoom);
    await keyspace.flush();
    expect(woken).toBe(1);
    expect(keyspace.counts(0).keys).toBe(keyspace.stats().flushedRows);
    expect(keyspace.writeFailure).toBeNull();
  });

  test("that is missing because SQLite refuses is a reason to refuse writes", async () => {
    const { keyspace, rows } = await open({ writeBufferBytes: 1000 });
    const block = blockSqlite();
    fill(keyspace, rows);
    let woken = 0;
    keyspace.onRoom(() => woken++);
    await until(() => woken > 0);
    expect(keyspace.writeFailure).toContain("locked");
    expect(rows.get("k0")).toBe("x".repeat(500));
    block.close();
    await until(() => keyspace.writeFailure === null);
  });

  test("spilled generations are read from the log's files and flushed from there", async () => {
    const { keyspace, rows } = await open({ writeBufferBytes: 1000, logFileBytesMax: 4096 });
    const block = blockSqlite();
    fill(keyspace, rows);
    const { keys } = keyspace.counts(0);
    for (let i = 0; i < keys; i++) expect(rows.get(`k${i}`)).toBe("x".repeat(500));
    keyspace.endTurn();
    block.close();
    await keyspace.flush();
    for (let i = 0; i < keys; i++) expect(rows.get(`k${i}`)).toBe("x".repeat(500));
  });
});

describe("a failed fsync", () => {
  const failing = () => {
    const state = { isBroken: false, calls: 0 };
    const syncFile = async () => {
      state.calls++;
      if (state.isBroken) throw new Error("EIO: i/o error, fdatasync");
    };
    return { state, syncFile };
  };

  test("is told to those who wait, and nothing is called durable until SQLite holds everything", async () => {
    const { state, syncFile } = failing();
    const { keyspace, rows } = await open({ sync: "always", syncFile });
    const told: (string | null)[] = [];
    keyspace.onSync((failure) => told.push(failure));
    state.isBroken = true;
    rows.set("k", "in doubt");
    keyspace.endTurn();
    expect(keyspace.isSyncAwaited).toBe(true);
    await until(() => told.length > 0);
    expect(told).toEqual(["fsync: EIO: i/o error, fdatasync"]);
    expect(keyspace.writeFailure).toContain("EIO");
    expect(keyspace.isSyncAwaited).toBe(false);
    expect(await failureOf(keyspace.synced())).toMatch("EIO");
    expect(() => rows.set("k", "refused")).toThrow("EIO");
    expect(rows.get("k")).toBe("in doubt");
    const block = blockSqlite();
    state.isBroken = false;
    await Bun.sleep(700);
    expect(await failureOf(keyspace.synced())).toMatch("EIO");
    expect(keyspace.writeFailure).not.toBeNull();
    block.close();
    await until(() => keyspace.writeFailure === null);
    expect(told).toEqual(["fsync: EIO: i/o error, fdatasync", null]);
    expect(keyspace.position.file).toBe(2);
    await keyspace.synced();
    rows.set("k", "safe");
    expect(keyspace.endTurn()).toBe(true);
    await keyspace.synced();
    expect(keyspace.syncedPosition).toEqual(keyspace.position);
  });

  test("leaves a log from which the new file alone is needed", async () => {
    const { state, syncFile } = failing();
    const { keyspace, rows } = await open({ sync: "always", syncFile, logFilesMax: 9 });
    state.isBroken = true;
    rows.set("k", "v");
    keyspace.endTurn();
    await until(() => keyspace.writeFailure !== null);
    state.isBroken = false;
    await until(() => keyspace.writeFailure === null);
    rows.set("l", "later");
    keyspace.endTurn();
    // What the disk may have kept of the doubtful file.
    writeFileSync(logFilePath(file("bin_log"), 1), "");
    const after = await crash(keyspace);
    expect(after.rows.get("k")).toBe("v");
    expect(after.rows.get("l")).toBe("later");
  });

  test("that happens again and again does not begin file after file", async () => {
    const { state, syncFile } = failing();
    const { keyspace, rows } = await open({ sync: "always", syncFile });
    state.isBroken = true;
    rows.set("k", "v");
    keyspace.endTurn();
    await until(() => state.calls >= 3);
    expect(listLogFiles(file("bin_log"))).toEqual([1, 2]);
    state.isBroken = false;
    await until(() => keyspace.writeFailure === null);
    expect(rows.get("k")).toBe("v");
  });

  test("is found by the flush when the policy is no", async () => {
    const { state, syncFile } = failing();
    const { keyspace, rows } = await open({ sync: "no", syncFile });
    rows.set("k", "v");
    keyspace.endTurn();
    state.isBroken = true;
    expect(await failureOf(keyspace.flush())).toMatch("EIO");
    expect(keyspace.writeFailure).toContain("EIO");
    state.isBroken = false;
    await until(() => keyspace.writeFailure === null);
    await keyspace.flush();
    expect(keyspace.stats().frozenGenerations).toBe(0);
  });

  test("with an open turn is repaired after it", async () => {
    const { state, syncFile } = failing();
    const { keyspace, rows } = await open({ sync: "always", syncFile });
    state.isBroken = true;
    rows.set("k", "v");
    keyspace.endTurn();
    rows.set("l", "open");
    await until(() => keyspace.writeFailure !== null);
    state.isBroken = false;
    await Bun.sleep(600);
    expect(keyspace.writeFailure).not.toBeNull();
    expect(() => keyspace.endTurn()).toThrow("EIO");
    expect(rows.get("l")).toBeNull();
    keyspace.endTurn();
    await until(() => keyspace.writeFailure === null);
  });
});

describe("the disk", () => {
  test("a file that cannot be begun leaves the log in the present one", async () => {
    const { keyspace, rows } = await open({ logFileBytesMax: 100 });
    mkdirSync(logFilePath(file("bin_log"), 2));
    for (let i = 0; i < 20; i++) {
      rows.set(`k${i}`, "x".repeat(50));
      keyspace.endTurn();
    }
    expect(keyspace.position.file).toBe(1);
    expect(lines.filter((line) => line.includes("cannot begin a new file")).length).toBe(1);
    rmSync(logFilePath(file("bin_log"), 2), { recursive: true });
    rows.set("last", "v");
    keyspace.endTurn();
    expect(keyspace.position.file).toBe(2);
    const after = await crash(keyspace);
    expect(after.keyspace.counts(0).keys).toBe(21);
  });

  test("files that SQLite holds durably are removed, but not more than may be", async () => {
    const { keyspace, rows } = await open({ logFileBytesMax: 200, logFilesMax: 3 });
    for (let i = 0; i < 20; i++) {
      rows.set(`k${i}`, "x".repeat(300));
      keyspace.endTurn();
    }
    expect(listLogFiles(file("bin_log")).length).toBe(20);
    await keyspace.checkpoint();
    expect(listLogFiles(file("bin_log"))).toEqual([18, 19, 20]);
    keyspace.configure({ logFilesMax: 0 });
    await keyspace.checkpoint();
    expect(listLogFiles(file("bin_log"))).toEqual([20]);
  });
});

describe("opening", () => {
  test("a directory that is open elsewhere is refused, and can be opened afterwards", async () => {
    const { keyspace } = await open();
    expect(await failureOf(openTestKeyspace(file("")))).toMatch(
      "another ledis process is using it",
    );
    opened = [];
    await keyspace.close();
    await open();
  });

  test("a foreign SQLite file is refused, and the directory let go", async () => {
    mkdirSync(file(""), { recursive: true });
    const db = new Database(file("ledis.db"), { create: true });
    db.run("CREATE TABLE theirs (a)");
    db.close();
    expect(await failureOf(open())).toMatch("not a ledis database");
    rmSync(file("ledis.db"));
    await open();
  });

  test("SQLite without its log goes on as a new history, also when it crashes again", async () => {
    const { keyspace, rows } = await open();
    rows.set("k", "v");
    keyspace.endTurn();
    opened = [];
    await keyspace.close();
    const before = keyspace.position;
    rmSync(file("bin_log"), { recursive: true });
    const second = await open();
    expect(lines.join("")).toContain("the log is missing");
    expect(second.rows.get("k")).toBe("v");
    expect(second.keyspace.position.file).toBe(before.file + 1);
    second.rows.set("l", "v");
    second.keyspace.endTurn();
    const third = await crash(second.keyspace);
    expect(third.rows.get("k")).toBe("v");
    expect(third.rows.get("l")).toBe("v");
  });

  test("a log without what SQLite held before it is refused", async () => {
    const { keyspace, rows } = await open({ logFileBytesMax: 100 });
    for (let i = 0; i < 5; i++) {
      rows.set(`k${i}`, "x".repeat(100));
      keyspace.endTurn();
    }
    await keyspace.checkpoint();
    rows.set("last", "v");
    keyspace.endTurn();
    opened = [];
    await keyspace.close(false);
    for (const name of ["ledis.db", "ledis.db-wal", "ledis.db-shm"])
      rmSync(file(name), { force: true });
    expect(await failureOf(open())).toMatch(/begins with file \d+/);
  });

  test("the log of another database is refused", async () => {
    const one = await open({}, "one");
    const two = await open({}, "data");
    for (const { keyspace, rows } of [one, two]) {
      rows.set("k", "v");
      keyspace.endTurn();
      await keyspace.close();
    }
    opened = [];
    rmSync(file("bin_log"), { recursive: true });
    renameSync(join(directory.path, "one", "bin_log"), file("bin_log"));
    expect(await failureOf(open())).toMatch("belongs to another database");
  });

  test("recovered rows are counted, flushed and read like any others", async () => {
    const { keyspace, rows } = await open({ logFileBytesMax: 4096, writeBufferBytes: 1 << 30 });
    for (let i = 0; i < 300; i++) {
      rows.set(`k${i % 100}`, `${i}`.repeat(40), i % 3 === 0 ? 9e12 : 0);
      if (i % 10 === 9) rows.delete(`k${i % 100}`);
      keyspace.endTurn();
    }
    const expected = keyspace.counts(0);
    const after = await crash(keyspace);
    expect(after.keyspace.counts(0)).toEqual(expected);
    expect(after.rows.get("k1")).toBe("201".repeat(40));
    await after.keyspace.flush();
    expect(after.keyspace.counts(0)).toEqual(expected);
    expect(after.rows.get("k1")).toBe("201".repeat(40));
  });
});

describe("closing", () => {
  test("while SQLite refuses leaves everything to the next start", async () => {
    const { keyspace, rows } = await open();
    rows.set("k", "v");
    keyspace.endTurn();
    const block = blockSqlite();
    opened = [];
    await keyspace.close();
    block.close();
    const again = await open();
    expect(again.rows.get("k")).toBe("v");
  });

  test("without a flush leaves the rows in the log", async () => {
    const { keyspace, rows } = await open();
    rows.set("k", "v");
    keyspace.endTurn();
    opened = [];
    await keyspace.close(false);
    const db = new Database(file("ledis.db"), { readonly: true });
    expect(db.query("SELECT count(*) AS n FROM keys").get()).toEqual({ n: 0 });
    db.close();
    expect((await open()).rows.get("k")).toBe("v");
  });

  test("removes the probe's file and lets a failing disk be", async () => {
    const { keyspace, rows } = await open({
      sync: "always",
      syncFile: () => Promise.reject(new Error("EIO")),
    });
    rows.set("k", "v");
    keyspace.endTurn();
    await until(() => keyspace.writeFailure !== null);
    opened = [];
    await keyspace.close();
    expect(existsSync(file("probe.tmp"))).toBe(false);
    expect((await open()).rows.get("k")).toBe("v");
  });
});

test("a policy change makes durable what waits for it", async () => {
  const { keyspace, rows } = await open({ sync: "no" });
  const told: (string | null)[] = [];
  keyspace.onSync((failure) => told.push(failure));
  rows.set("k", "v");
  keyspace.endTurn();
  expect(keyspace.isSyncAwaited).toBe(false);
  keyspace.configure({ sync: "always" });
  expect(keyspace.isSyncAwaited).toBe(true);
  await until(() => told.length > 0);
  expect(keyspace.syncedPosition).toEqual(keyspace.position);
  expect(() => {
    throw new StorageError("kept as a class of its own");
  }).toThrow(StorageError);
});
