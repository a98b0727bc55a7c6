import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { log } from "../../src/log.ts";
import { MasterInfo } from "../../src/replication/master-info.ts";
import { useFakeClock } from "../support/fake-clock.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

const history = new Uint8Array(16).fill(0xab);
let directory: TemporaryDirectory;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory[Symbol.dispose]());

const read = () => readFileSync(join(directory.path, "master.info"), "utf8");

test("the file has LedisDB's form, and the history", () => {
  const info = new MasterInfo(directory.path);
  info.write("127.0.0.1:6380", { file: 1, offset: 1806 }, history);
  expect(read()).toBe(
    `{"addr":"127.0.0.1:6380","log_file_index":1,"log_pos":1806,"history":"${"ab".repeat(16)}"}`,
  );
  expect(existsSync(join(directory.path, "master.info.bak"))).toBe(false);
  expect(new MasterInfo(directory.path).readAddress()).toBe("127.0.0.1:6380");
});

test("it is written at most once a second, unless now", () => {
  using time = useFakeClock();
  const info = new MasterInfo(directory.path);
  info.write("a:1", { file: 1, offset: 1 }, history);
  info.write("a:1", { file: 1, offset: 2 }, history);
  expect(read()).toContain('"log_pos":1,');
  info.write("a:1", { file: 1, offset: 2 }, history, true);
  expect(read()).toContain('"log_pos":2,');
  time.advance(1000);
  info.write("a:1", { file: 1, offset: 3 }, history);
  expect(read()).toContain('"log_pos":3,');
});

test("no address is read from a file that is missing or says none", () => {
  const info = new MasterInfo(directory.path);
  expect(info.readAddress()).toBe("");
  for (const text of ["", "{}", "[1]", "null", '{"addr":5}', '{"addr":"a:1"']) {
    writeFileSync(join(directory.path, "master.info"), text);
    expect(info.readAddress()).toBe("");
  }
});

test("a disk that takes no file is told once, and stops nothing", () => {
  const lines: string[] = [];
  const { sink } = log;
  log.sink = (line) => void lines.push(line);
  const info = new MasterInfo(join(directory.path, "missing"));
  info.write("a:1", { file: 1, offset: 1 }, history, true);
  info.write("a:1", { file: 1, offset: 2 }, history, true);
  log.sink = sink;
  expect(lines).toHaveLength(1);
});
