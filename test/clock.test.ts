import { expect, test } from "bun:test";
import { clock } from "../src/clock.ts";
import { useFakeClock } from "./support/fake-clock.ts";

test("nowMs is the system's Unix time", () => {
  const before = Date.now();
  const now = clock.nowMs();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test("nowUs stays within the milliseconds that the system clock shows", () => {
  for (let i = 0; i < 10_000; i++) {
    const before = Date.now();
    const ms = Number(clock.nowUs() / 1000n);
    expect(ms >= before && ms <= Date.now()).toBe(true);
  }
});

test("nowUs tells moments within one millisecond apart", () => {
  const readings = new Set(Array.from({ length: 10_000 }, () => clock.nowUs() % 1000n));
  expect(readings.size).toBeGreaterThan(10);
});

test("monotonicUs never steps back", () => {
  let last = clock.monotonicUs();
  for (let i = 0; i < 10_000; i++) {
    const now = clock.monotonicUs();
    expect(now >= last).toBe(true);
    last = now;
  }
});

test("a fake clock moves only when told, and is gone when disposed", () => {
  {
    using time = useFakeClock(1_000);
    expect([clock.nowMs(), clock.nowUs(), clock.monotonicUs()]).toEqual([1_000, 1_000_000n, 0]);
    time.advance(1.5);
    expect([clock.nowMs(), clock.nowUs(), clock.monotonicUs()]).toEqual([1_001, 1_001_500n, 1_500]);
    time.set(500);
    expect([clock.nowMs(), clock.monotonicUs()]).toEqual([500, 1_500]);
  }
  expect(clock.nowMs()).toBeGreaterThan(Date.UTC(2025, 0, 1));
});
