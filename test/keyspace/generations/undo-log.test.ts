import { expect, test } from "bun:test";
import { CHUNK_BYTES } from "../../../src/keyspace/generations/memory-pool.ts";
import { OFFSET_BITS } from "../../../src/keyspace/generations/row-layout.ts";
import { type GenerationMark, UndoLog } from "../../../src/keyspace/generations/undo-log.ts";

const generation = (mark: Partial<GenerationMark>) => ({
  mark: (): GenerationMark => ({
    rowCount: 0,
    garbageCount: 0,
    chunkCount: 1,
    end: 0,
    sealed: false,
    bytes: 0,
    ...mark,
  }),
});

test("a turn's first place follows from where the generation ends", () => {
  const undo = new UndoLog();
  undo.advance(generation({ chunkCount: 3, end: 77 }));
  expect(undo.turnStart).toBe((2 << OFFSET_BITS) + 77);
  undo.advance(generation({ chunkCount: 3, end: CHUNK_BYTES }));
  expect(undo.turnStart).toBe(3 << OFFSET_BITS);
  undo.advance(generation({ chunkCount: 0, sealed: true }));
  expect(undo.turnStart).toBe(0);
  // Places are unsigned.
  undo.advance(generation({ chunkCount: 4096, end: 5 }));
  expect(undo.turnStart).toBe(4095 * 2 ** OFFSET_BITS + 5);
});

test("it takes any number of rows", () => {
  const undo = new UndoLog();
  for (let row = 0; row < 5000; row++) undo.add(row, -row);
  expect(undo.length).toBe(10_000);
  for (let row = 0; row < 5000; row++) {
    expect([undo.words[2 * row], undo.words[2 * row + 1]]).toEqual([row, row === 0 ? 0 : -row]);
  }
});
