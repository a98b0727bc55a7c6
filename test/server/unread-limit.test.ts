import { expect, test } from "bun:test";
import { UnreadLimit } from "../../src/server/unread-limit.ts";

test("more than the hard limit is too much at once, 0 is no limit", () => {
  const limit = new UnreadLimit();
  const hard = { hardBytes: 100, softBytes: 0, softSeconds: 0 };
  expect(limit.isExceeded(100, hard, 1)).toBe(false);
  expect(limit.isExceeded(101, hard, 1)).toBe(true);
  expect(limit.isExceeded(101, { ...hard, hardBytes: 0 }, 1)).toBe(false);
});

test("more than the soft limit is too much when its time is over", () => {
  const limit = new UnreadLimit();
  const soft = { hardBytes: 0, softBytes: 10, softSeconds: 2 };
  expect(limit.isExceeded(11, soft, 1000)).toBe(false);
  expect(limit.isExceeded(11, soft, 2999)).toBe(false);
  expect(limit.isExceeded(10, soft, 2999)).toBe(false);
  expect(limit.isExceeded(11, soft, 3000)).toBe(false);
  expect(limit.isExceeded(11, soft, 4999)).toBe(false);
  expect(limit.isExceeded(11, soft, 5000)).toBe(true);
});
