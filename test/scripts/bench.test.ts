import { describe, expect, test } from "bun:test";
import { parseOptions, UsageError } from "../../scripts/bench/options.ts";
import { rateIn } from "../../scripts/bench/redis-benchmark.ts";
import { formatReport, type Report, ratioOf } from "../../scripts/bench/report.ts";
import { percentile, spreadOf } from "../../scripts/bench/statistics.ts";
import { neededBy, testArguments } from "../../scripts/bench/tests.ts";

describe("options", () => {
  test("lists are split, servers named", () => {
    const options = parseOptions(
      "--server ledis=6380 --server redis=6379 --tests SET,get --pipeline 1,16 --keyspace 9".split(
        " ",
      ),
    );
    expect(options).toMatchObject({
      servers: [
        { name: "ledis", port: 6380 },
        { name: "redis", port: 6379 },
      ],
      tests: ["set", "get"],
      pipelines: [1, 16],
      keyspaces: [9],
      format: "table",
    });
  });

  test("every test is there, those that redis-benchmark does not know included", () => {
    const { tests } = parseOptions(["--spawn", "--tests", "all"]);
    expect(tests).toContain("zpopmin");
    expect(tests).toContain("zrange_offset");
    expect(parseOptions(["--spawn"]).tests).not.toContain("zrank");
    expect(testArguments("zadd", 9)).toEqual({ options: ["-t", "zadd"], words: [], label: "zadd" });
    const { words, label } = testArguments("zrange_offset", 1000);
    expect([words.join(" "), label]).toEqual(["ZRANGE myzset 500 509", "zrange"]);
    expect([neededBy("zrank"), neededBy("zadd")]).toEqual(["zadd", null]);
  });

  test.each([
    "",
    "--server 6380",
    "--spawn --rounds 0",
    "--spawn --pipeline 1,x",
    "--spawn --format xml",
    "--spawn --ledis elsewhere",
    "--spawn --speed 9",
  ])("%p is refused with one line", (line) => {
    expect(() => parseOptions(line.split(" ").filter(Boolean))).toThrow(UsageError);
  });
});

test("the rate is that of the test asked for, not of what it needs besides", () => {
  const csv = [
    '"test","rps","avg_latency_ms"',
    '"LPUSH (needed to benchmark LRANGE)","1.00","0.1"',
    '"LRANGE_100 (first 100 elements)","21429.33","1.2"',
    '"MSET (10 keys)","16271.00","2"',
  ].join("\n");
  expect(rateIn(csv, "lrange_100")).toBe(21429.33);
  expect(rateIn(csv, "mset")).toBe(16271);
  expect(rateIn(csv, "lpush")).toBeNull();
});

test("the median of an even number is the mean of the two in the middle", () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(spreadOf([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 });
  expect(spreadOf([])).toBeNull();
});

test("a percentile is a value that was measured", () => {
  const sorted = Array.from({ length: 1000 }, (_, i) => i + 1);
  expect([50, 99, 99.9, 100].map((percent) => percentile(sorted, percent))).toEqual([
    500, 990, 999, 1000,
  ]);
  expect(percentile([], 50)).toBeNaN();
});

describe("the report", () => {
  const rate = (median: number) => ({ median, min: median - 1, max: median + 1 });
  const report: Report = {
    facts: { processor: "one" },
    servers: ["redis", "ledis"],
    base: "redis",
    rows: [
      { test: "set", keyspace: 1000, pipeline: 16, rates: [rate(2000), rate(3000)] },
      { test: "spop", keyspace: 1000, pipeline: 16, rates: [rate(500), null] },
    ],
    latencies: [],
    memory: [
      { server: "redis", memory: { now: 5 << 20, peak: 6 << 20 } },
      { server: "ledis", memory: null },
    ],
  };

  test("states ratios to the base, and - where a server could not", () => {
    expect(report.rows.map((row) => ratioOf(report, row, 1))).toEqual([1.5, null]);
    const markdown = formatReport(report, "markdown");
    expect(markdown).toContain("| set | 2,000 | 1,999-2,001 | 3,000 | 2,999-3,001 | 1.50 |\n");
    expect(markdown).toContain("| spop | 500 | 499-501 | - | - | - |\n");
    expect(markdown).toContain("| redis | 5 | 6 |\n| ledis | - | - |\n");
  });

  test("aligns its columns as a table, and is whole as JSON", () => {
    expect(formatReport(report, "table")).toContain(
      "  set   2,000  1,999-2,001  3,000  2,999-3,001   1.50\n",
    );
    expect(JSON.parse(formatReport(report, "json"))).toEqual(report);
  });
});
