import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { NewFile } from "../../src/binlog/new-file.ts";
import { fromText } from "../../src/bytes/bytes.ts";
import { temporaryPaths } from "../support/offline-data.ts";

test("a file has its name, and replaces the old one, when it is complete", () => {
  using paths = temporaryPaths();
  const path = paths.of("file");
  writeFileSync(path, "old");
  const file = new NewFile(path);
  file.write(fromText("new "));
  file.write(fromText("content"));
  expect(file.size).toBe(11);
  expect(readFileSync(path, "utf8")).toBe("old");
  file.finish();
  expect(readFileSync(path, "utf8")).toBe("new content");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(existsSync(`${path}.tmp`)).toBe(false);
});

test("one that is given up leaves nothing", () => {
  using paths = temporaryPaths();
  const path = paths.of("file");
  const file = new NewFile(path);
  file.write(fromText("new"));
  file.abandon();
  expect(existsSync(path)).toBe(false);
  expect(existsSync(`${path}.tmp`)).toBe(false);
  expect(() => new NewFile(paths.of("nosuch/file"))).toThrow("ENOENT");
});

test("one that cannot have its name leaves nothing, and tells why", () => {
  using paths = temporaryPaths();
  const path = paths.of("directory");
  mkdirSync(path);
  const file = new NewFile(path);
  expect(() => file.finish()).toThrow(/rename/);
  file.abandon();
  expect(existsSync(`${path}.tmp`)).toBe(false);
});
