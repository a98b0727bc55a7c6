import { afterEach, beforeEach, expect, test } from "bun:test";
import { TurnLoop } from "../../../src/database/key-table/turn-loop.ts";
import { StorageError } from "../../../src/errors.ts";
import type { Keyspace } from "../../../src/keyspace/keyspace.ts";
import { keepLog } from "../../support/keep-log.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";
import { openTestKeyspace, Rows } from "../../support/test-keyspace.ts";

let directory: TemporaryDirectory;
let keyspace: Keyspace;
let rows: Rows;
let loop: TurnLoop;
let happened: string[];
keepLog();
beforeEach(async () => {
  directory = temporaryDirectory();
  keyspace = await openTestKeyspace(directory.path);
  rows = new Rows(keyspace);
  loop = new TurnLoop(keyspace);
  happened = [];
  loop.listen({
    committed: (wrote) => void happened.push(wrote ? "wrote" : "read"),
    failed: (error) => void happened.push(error.message),
  });
});

afterEach(async () => {
  await keyspace.close();
  directory[Symbol.dispose]();
});

const immediate = () => new Promise((resolve) => setImmediate(resolve));

test("a write or a look into SQLite opens a turn that ends in the same iteration", async () => {
  rows.set("a", "1");
  rows.set("b", "2");
  expect(happened).toEqual([]);
  await immediate();
  expect(happened).toEqual(["wrote"]);
  rows.get("missing");
  await immediate();
  expect(happened).toEqual(["wrote", "read"]);
  await immediate();
  expect(happened.length).toBe(2);
});

test("work before the end still belongs to the turn", async () => {
  loop.beforeEnd(() => rows.set("last", "moment"));
  loop.schedule();
  await immediate();
  expect(happened).toEqual(["wrote"]);
  expect(rows.get("last")).toBe("moment");
});

test("a broken turn is undone whole, and the next one is not", async () => {
  rows.set("a", "1");
  loop.breakTurn(new TypeError("half-way"));
  rows.set("b", "2");
  await immediate();
  expect(happened).toEqual(["ERR internal error: half-way"]);
  expect([rows.get("a"), rows.get("b")]).toEqual([null, null]);
  rows.set("a", "again");
  await immediate();
  expect(happened.at(-1)).toBe("wrote");
  expect(rows.get("a")).toBe("again");
});

test("a storage failure keeps its reason", async () => {
  loop.breakTurn(new StorageError("disk full"));
  await immediate();
  expect(happened).toEqual(["disk full"]);
});

test("work before the end that throws undoes the turn", async () => {
  let isBroken = true;
  loop.beforeEnd(() => {
    if (isBroken) throw new RangeError("in a hook");
  });
  rows.set("a", "1");
  await immediate();
  expect(happened).toEqual(["RangeError: in a hook"]);
  isBroken = false;
  expect(rows.get("a")).toBeNull();
});

test("after a broken turn that only read, the next read opens a turn again", async () => {
  rows.get("missing");
  loop.breakTurn(new Error("x"));
  await immediate();
  rows.get("missing too");
  await immediate();
  expect(happened).toEqual(["ERR internal error: x", "read"]);
});
