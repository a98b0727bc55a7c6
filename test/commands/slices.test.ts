import { expect, test } from "bun:test";
import { inSlices } from "../../src/commands/slices.ts";

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
