import { expect, test } from "bun:test";
import { benchmarkTests } from "../../../src/cli/benchmark/benchmark-tests.ts";

const titles = (...names: string[]) => benchmarkTests(names, 3, false).map(({ title }) => title);

test("all tests have redis-benchmark's names and order", () => {
  expect(benchmarkTests(null, 3, false).map(({ title }) => title)).toEqual([
    ...[
      "PING_INLINE",
      "PING_MBULK",
      "SET",
      "GET",
      "INCR",
      "LPUSH",
      "RPUSH",
      "LPOP",
      "RPOP",
      "SADD",
    ],
    ...["HSET", "SPOP", "ZADD", "ZPOPMIN", "LPUSH (needed to benchmark LRANGE)"],
    ...["LRANGE_100 (first 100 elements)", "LRANGE_300 (first 300 elements)"],
    ...["LRANGE_500 (first 500 elements)", "LRANGE_600 (first 600 elements)", "MSET (10 keys)"],
  ]);
});

test("tests are chosen by name, in any case", () => {
  expect(titles("GET", "ping")).toEqual(["PING_INLINE", "PING_MBULK", "GET"]);
  expect(titles("lrange_300")).toEqual([
    "LPUSH (needed to benchmark LRANGE)",
    "LRANGE_300 (first 300 elements)",
  ]);
  expect(titles("lrange").length).toBe(5);
  expect(() => titles("nosuch")).toThrow("no test 'nosuch'");
});

test("values have the length that is asked for, scores are random where keys are", () => {
  const [set] = benchmarkTests(["set"], 100, false);
  expect(set!.request[2]).toHaveLength(100);
  expect(benchmarkTests(["zadd"], 3, false)[0]!.request[2]).toBe("0");
  expect(benchmarkTests(["zadd"], 3, true)[0]!.request[2]).toBe("__rand_int__");
  expect(benchmarkTests(["mset"], 3, true)[0]!.request).toHaveLength(21);
});
