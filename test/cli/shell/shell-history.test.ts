import { expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSecret, ShellHistory } from "../../../src/cli/shell/shell-history.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("lines with passwords are secret", () => {
  for (const line of [
    "auth x",
    "  AUTH user x",
    "3 auth x",
    '"au\\x74h" x',
    "hello 3 AUTH u p",
    "config set requirepass x",
    "CONFIG SET appendonly no masterauth x",
    "config set replauth x",
    "config set auth x",
    "config set tls_key_file_pass x",
    "acl setuser u >p",
    "migrate h 1 k 0 1 auth2 u p",
    'auth "x',
  ]) {
    expect([line, isSecret(line)]).toEqual([line, true]);
  }
  for (const line of ["get auth", "set k auth", "config get save", "hello 3"]) {
    expect([line, isSecret(line)]).toEqual([line, false]);
  }
});

test("lines are kept in order, for their owner alone, without secrets", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "history");
  const history = new ShellHistory(path);
  expect(history.load()).toEqual([]);
  for (const line of ["set a 1", "auth pw", " ", "get a"]) history.add(line);
  expect(history.load()).toEqual(["get a", "set a 1"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, "x\n".repeat(2001));
  expect(history.load().length).toBe(1000);
  expect(readFileSync(path, "utf8").length).toBe(2000);
});

test("a history that cannot be kept is none", () => {
  const history = new ShellHistory("");
  history.add("get a");
  expect(history.load()).toEqual([]);
});
