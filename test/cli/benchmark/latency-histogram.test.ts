import { expect, test } from "bun:test";
import { LatencyHistogram } from "../../../src/cli/benchmark/latency-histogram.ts";

test("nothing recorded is all zero", () => {
  const empty = new LatencyHistogram();
  const { total, average, min, max } = empty;
  expect({ total, average, min, max }).toEqual({ total: 0, average: 0, min: 0, max: 0 });
  expect(empty.percentile(50)).toBe(0);
  expect(empty.byPercentile()).toEqual([]);
  expect(empty.byTime()).toEqual([]);
});

test("latencies are known to 8 µs", () => {
  const histogram = new LatencyHistogram();
  for (let us = 0; us < 1000; us++) histogram.record(us, 2);
  expect(histogram.total).toBe(2000);
  expect(histogram.average).toBe(499.5);
  expect(histogram.min).toBe(0);
  expect(histogram.max).toBe(999);
  expect(histogram.percentile(50)).toBe(503);
  expect(histogram.percentile(99)).toBe(991);
  expect(histogram.percentile(100)).toBe(999);
});

test("each row by percentile halves what is left", () => {
  const histogram = new LatencyHistogram();
  for (const us of [100, 200, 300, 400]) histogram.record(us, 1);
  expect(histogram.byPercentile()).toEqual([
    { percentile: 0, atMostUs: 103, count: 1 },
    { percentile: 50, atMostUs: 207, count: 2 },
    { percentile: 75, atMostUs: 303, count: 3 },
    { percentile: 87.5, atMostUs: 407, count: 4 },
    { percentile: 100, atMostUs: 407, count: 4 },
  ]);
});

test("rows by time stand where the count changes, tenths of milliseconds apart, later whole ones", () => {
  const histogram = new LatencyHistogram();
  for (const us of [150, 160, 1950, 4500, 9_000_000]) histogram.record(us, 1);
  const rows = histogram.byTime().map(({ atMostUs, count }) => [atMostUs, count]);
  expect(rows.slice(0, 4)).toEqual([
    [103, 0],
    [207, 2],
    [2007, 3],
    [5103, 4],
  ]);
  expect(rows.at(-1)?.[1]).toBe(5);
  expect(histogram.max).toBe(2_999_999);
});
