import { expect, test } from "bun:test";
import { inSlices, runInSlices } from "../../src/commands/slices.ts";
import { useFakeClock } from "../support/fake-clock.ts";

test("work that is done in one step is answered at once", () => {
  expect(inSlices(() => 5)).toBe(5);
  expect(inSlices(() => null)).toBeNull();
});

test("longer work lets others run between its steps", async () => {
  const order: string[] = [];
  let steps = 0;
  const result = inSlices(() => {
    order.push("step");
    return ++steps === 3 ? "done" : undefined;
  });
  const other = () => {
    order.push("other");
    if (steps < 3) setImmediate(other);
  };
  setImmediate(other);
  expect(await result).toBe("done");
  expect(order.indexOf("other")).toBeLessThan(order.lastIndexOf("step"));
});

test("a step that fails later rejects", async () => {
  let steps = 0;
  const result = inSlices(() => {
    if (++steps === 2) throw new Error("late");
    return undefined;
  });
  expect(result).toBeInstanceOf(Promise);
  await expect(Promise.resolve(result)).rejects.toThrow("late");
});

test("a generator runs in slices of about a millisecond", async () => {
  using time = useFakeClock();
  function* work(stepMs: number): Generator<void, number, void> {
    for (let step = 0; step < 10; step++) {
      time.advance(stepMs);
      yield;
    }
    return 10;
  }
  expect(runInSlices(work(0))).toBe(10);
  const later = runInSlices(work(5));
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toBe(10);
});
