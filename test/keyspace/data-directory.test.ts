import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StorageError } from "../../src/errors.ts";
import { DataDirectory } from "../../src/keyspace/data-directory.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("a data directory is made with all above it, and the log's place in it", () => {
  using directory = temporaryDirectory();
  const data = new DataDirectory(join(directory.path, "a", "b"));
  expect(existsSync(data.logPath)).toBe(true);
  expect(data.databasePath).toBe(join(directory.path, "a", "b", "ledis.db"));
  data.close();
});

test("what cannot be made is a clear error", () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, "file");
  writeFileSync(file, "");
  expect(() => new DataDirectory(join(file, "data"))).toThrow(StorageError);
});

test("a second one in the same process is refused until the first is closed", () => {
  using directory = temporaryDirectory();
  const first = new DataDirectory(directory.path);
  expect(() => new DataDirectory(directory.path)).toThrow("another ledis process is using it");
  expect(() => new DataDirectory(directory.path)).toThrow("another ledis process is using it");
  first.close();
  new DataDirectory(directory.path).close();
});
