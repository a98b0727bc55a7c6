import { expect, test } from "bun:test";
import * as types from "../../src/rdb/rdb-types.ts";

const entries = Object.entries(types).filter(([name]) => name !== "RDB_VERSION_MAX");
const values = entries.filter(([name]) => name.startsWith("RDB_"));

test("no two numbers are the same", () => {
  expect(new Set(entries.map(([, number]) => number)).size).toBe(entries.length);
});

test("the type that only LedisDB has is none of Redis's, and no mark of a file", () => {
  const others = values.filter(([name]) => !name.includes("LEDIS"));
  expect(Math.max(...others.map(([, number]) => number))).toBeLessThan(types.RDB_LEDIS_BITMAP);
  expect(types.RDB_LEDIS_BITMAP).toBeLessThan(types.OPCODE_SLOT_INFO);
});
