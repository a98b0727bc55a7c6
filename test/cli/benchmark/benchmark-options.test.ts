import { expect, test } from "bun:test";
import { parseBenchmarkOptions } from "../../../src/cli/benchmark/benchmark-options.ts";

const parse = (...args: string[]) => parseBenchmarkOptions(args)!;

test("the defaults are redis-benchmark's", () => {
  expect(parse()).toMatchObject({
    clients: 50,
    requests: 100_000,
    dataBytes: 3,
    pipeline: 1,
    keyspace: null,
    keepAlive: true,
    tests: null,
    loops: false,
    style: "long",
    decimals: 3,
    words: [],
  });
});

test("options are read up to the command", () => {
  const options = parse("-P", "4", "-r", "10", "-k", "0", "-q", "-t", "set,get", "eval", "-n", "1");
  expect(options).toMatchObject({
    pipeline: 4,
    keyspace: 10,
    keepAlive: false,
    style: "quiet",
    tests: ["set", "get"],
    requests: 100_000,
    words: ["eval", "-n", "1"],
  });
  expect(parse("--csv", "-q").style).toBe("csv");
  expect(parse("--dbnum", "3").server.database).toBe(3);
  expect(parseBenchmarkOptions(["--help"])).toBeNull();
});

test("numbers that make no sense are refused", () => {
  for (const args of [
    ["-c", "0"],
    ["-n", "0"],
    ["-P", "0"],
    ["-k", "2"],
    ["-d", "x"],
    ["--nosuch"],
  ]) {
    expect(() => parse(...args)).toThrow();
  }
});
