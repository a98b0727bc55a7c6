import { expect, test } from "bun:test";
import { FETCH_MAX, RowFetch } from "../../../src/keyspace/generations/row-fetch.ts";
import { stringKey, TestGeneration } from "../../support/test-rows.ts";

test("rows that are there are read, whatever stands around them; others cost nothing", () => {
  const rows = new TestGeneration();
  for (let i = 0; i < 5000; i += 2) rows.put(stringKey(`key:${i}`), "v".repeat(i % 200));
  rows.delete(stringKey("key:1"));
  const hashes = Int32Array.from({ length: FETCH_MAX }, (_, i) => stringKey(`key:${i}`).hash);
  const fetch = new RowFetch();
  const others = [...hashes].filter((_, i) => i % 2 === 1 && i !== 1);
  const left = fetch.fetch(rows.generation, hashes, FETCH_MAX);
  expect(fetch.sum).toBeGreaterThan(0);
  expect([...hashes.subarray(0, left)]).toEqual(others);
  expect(fetch.fetch(new TestGeneration().generation, hashes, left)).toBe(left);
  expect(fetch.sum).toBe(0);
});
