import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { checking } from "../../src/rdb/check-value.ts";
import { atOnce, endsSlice, type Slices } from "../../src/rdb/in-slices.ts";

test("work that is done at once has no pauses, and answers its result", () => {
  function* work(): Slices<string> {
    yield;
    yield;
    return "done";
  }
  expect(atOnce(work())).toBe("done");
  expect([1, 512, 513, 1024].map(endsSlice)).toEqual([false, true, false, true]);
});

test("the check of a long value pauses", () => {
  const members = () => Array.from({ length: 1500 }, (_, i) => fromText(`${i}`));
  expect([...checking({ type: "set", members })]).toHaveLength(2);
  expect([...checking({ type: "list", items: members })]).toHaveLength(2);
});
