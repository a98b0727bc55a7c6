import { expect, test } from "bun:test";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { openTestKeyspace, Rows } from "../support/test-keyspace.ts";

test("a rollback undoes what came since, tells who listens, and the rest reaches the log", async () => {
  using directory = temporaryDirectory();
  let keyspace = await openTestKeyspace(directory.path);
  let rows = new Rows(keyspace);
  let undone = 0;
  keyspace.onUndo(() => undone++);
  rows.set("a", "1");
  const savepoint = keyspace.savepoints.take();
  rows.set("a", "2");
  rows.set("b", "2");
  keyspace.savepoints.rollback(savepoint);
  expect([rows.get("a"), rows.get("b"), undone]).toEqual(["1", null, 1]);
  rows.set("c", "3");
  expect(keyspace.endTurn()).toBe(true);
  await keyspace.close();
  keyspace = await openTestKeyspace(directory.path);
  rows = new Rows(keyspace);
  expect(["a", "b", "c"].map((key) => rows.get(key))).toEqual(["1", null, "3"]);
  await keyspace.close();
});

test("a rollback to before the first write leaves a turn of reads", async () => {
  using directory = temporaryDirectory();
  const keyspace = await openTestKeyspace(directory.path);
  const rows = new Rows(keyspace);
  const savepoint = keyspace.savepoints.take();
  expect(savepoint).toBeNull();
  keyspace.savepoints.rollback(savepoint);
  rows.set("a", "1");
  keyspace.savepoints.rollback(savepoint);
  expect(rows.get("a")).toBeNull();
  expect(keyspace.endTurn()).toBe(false);
  await keyspace.close();
});

test("savepoints nest, and the whole turn can still be undone", async () => {
  using directory = temporaryDirectory();
  const keyspace = await openTestKeyspace(directory.path);
  const rows = new Rows(keyspace);
  rows.set("a", "0");
  keyspace.endTurn();
  rows.set("a", "1");
  const first = keyspace.savepoints.take();
  rows.set("a", "2");
  const second = keyspace.savepoints.take();
  rows.set("a", "3");
  keyspace.savepoints.rollback(second);
  expect(rows.get("a")).toBe("2");
  keyspace.savepoints.rollback(first);
  expect(rows.get("a")).toBe("1");
  keyspace.abortTurn();
  expect(rows.get("a")).toBe("0");
  await keyspace.close();
});
