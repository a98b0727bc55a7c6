import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { log } from "../src/log.ts";
import { useFakeClock } from "./support/fake-clock.ts";

const { sink } = log;
let lines: string[] = [];

beforeEach(() => {
  lines = [];
  log.sink = (line) => lines.push(line);
});

afterEach(() => {
  log.sink = sink;
  log.level = "info";
});

test("a line holds local time, level, component, message and fields", () => {
  using _time = useFakeClock(new Date(2026, 10, 2, 5, 6, 7).getTime());
  log.info("server", "listening", { addr: "127.0.0.1:6380", clients: 3, ready: true });
  expect(lines).toEqual([
    "[2026/11/02 05:06:07] info server: listening addr=127.0.0.1:6380 clients=3 ready=true\n",
  ]);
});

test("values with blanks, quotes, control characters or nothing are quoted on one line", () => {
  log.warn("binlog", "cut", { blank: "a b", quote: 'a"b', line: "a\nb", empty: "", none: null });
  expect(lines[0]).toEndWith('cut blank="a b" quote="a\\"b" line="a\\nb" empty="" none=null\n');
});

test("an error is written as its message", () => {
  log.error("keyspace", "flush failed", { error: new RangeError("disk full") });
  expect(lines[0]).toEndWith('flush failed error="disk full"\n');
});

test("lines below the level are dropped, and the level may change at any time", () => {
  log.debug("a", "hidden");
  log.level = "warn";
  log.info("a", "hidden");
  log.warn("a", "shown");
  log.level = "debug";
  log.debug("a", "shown");
  expect(lines.map((line) => line.split(" ")[2])).toEqual(["warn", "debug"]);
});

test("nothing throws, whatever the value or the sink does", () => {
  const hostile = {
    toString() {
      throw new Error("no text");
    },
  };
  log.info("a", "b", { hostile, symbol: Symbol("s") });
  log.sink = () => {
    throw new Error("EPIPE");
  };
  log.info("a", "b");
});

test("the process writes to stderr", () => {
  const module = join(import.meta.dir, "../src/log.ts");
  const script = `(await import(${JSON.stringify(module)})).log.info("a", "hello")`;
  const { stdout, stderr } = Bun.spawnSync([process.execPath, "-e", script]);
  expect(`${stdout}`).toBe("");
  expect(`${stderr}`).toEndWith("info a: hello\n");
});
