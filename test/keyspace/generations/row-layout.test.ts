import { expect, test } from "bun:test";
import { CHUNK_BYTES } from "../../../src/keyspace/generations/memory-pool.ts";
import {
  AT,
  HASH,
  NEXT,
  OFFSET_BITS,
  OFFSET_MASK,
  PRIOR,
  ROW_WORDS,
} from "../../../src/keyspace/generations/row-layout.ts";

test("every word of a row has its own place", () => {
  expect([AT, HASH, NEXT, PRIOR].sort()).toEqual([...Array(ROW_WORDS).keys()]);
});

test("an offset can name every byte of an ordinary chunk, and no more", () => {
  expect(OFFSET_MASK).toBe(CHUNK_BYTES - 1);
  expect(1 << OFFSET_BITS).toBe(CHUNK_BYTES);
});
