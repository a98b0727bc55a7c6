import { expect, test } from "bun:test";
import { Backoff } from "../../src/replication/backoff.ts";

test("waits double from 0.1 s to 10 s, and begin again after a success", () => {
  const backoff = new Backoff(() => 1);
  const waits = Array.from({ length: 10 }, () => backoff.next());
  expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
  backoff.reset();
  expect(backoff.next()).toBe(100);
});

test("up to half of a wait is left to chance, so that slaves do not come all at once", () => {
  expect(new Backoff(() => 0).next()).toBe(50);
  expect(new Backoff(() => 0.5).next()).toBe(75);
});
