import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyBytes } from "../../src/bytes/bytes.ts";
import type { ChunkSource, FlushRequest } from "../../src/keyspace/flush-protocol.ts";
import { SharedRows } from "../../src/keyspace/frozen-rows.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { keyRowValue, stringKey, TestGeneration } from "../support/test-rows.ts";
import { historyId } from "../support/test-sqlite.ts";

test("the worker sees each row where the generation has it, in memory or in a file", () => {
  using directory = temporaryDirectory();
  const rows = new TestGeneration();
  for (const name of ["a", "b", "c"]) {
    rows.put(stringKey(name), keyRowValue(`of ${name}`));
    rows.generation.seal();
  }
  const { generation } = rows;
  const path = join(directory.path, "log");
  const second = copyBytes(generation.chunks[1]!.subarray(0, generation.chunkEnds[1]));
  writeFileSync(path, Buffer.concat([new Uint8Array(4999), second, new Uint8Array(10)]));
  const chunks: ChunkSource[] = generation.chunks.map((chunk, i) => ({
    memory: chunk.buffer as SharedArrayBuffer,
    offset: chunk.byteOffset,
    length: generation.chunkEnds[i]!,
  }));
  chunks[1] = { path, offset: 4999, length: second.length };
  const request: FlushRequest = {
    kind: "flush",
    chunks,
    rows: generation.rows.buffer,
    rowCount: generation.rowCount,
    garbage: [4],
    position: { file: 1, offset: 1 },
    historyId,
    logFiles: [],
  };
  const shared = new SharedRows(request);
  expect(shared.rowCount).toBe(3);
  expect(shared.garbage).toEqual([4]);
  for (let row = 0; row < 3; row++) {
    expect(shared.eventStart(row)).toBe(generation.offsetOf(row));
    const key = shared.keyBuffer(row).subarray(shared.keyStart(row), shared.keyEnd(row));
    expect(Buffer.compare(key, generation.keyOf(row))).toBe(0);
    expect(shared.eventBuffer(row)[0]).toBe(generation.chunkOf(row)[0]!);
  }
});
