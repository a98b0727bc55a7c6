import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventEnd } from "../../../src/binlog/event.ts";
import { copyBytes } from "../../../src/bytes/bytes.ts";
import type { ChunkSource } from "../../../src/keyspace/flush/flush-protocol.ts";
import { SharedRows } from "../../../src/keyspace/flush/frozen-rows.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { keyRowValue, sourceOf, stringKey, TestGeneration } from "../../support/test-rows.ts";

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
  const chunks: ChunkSource[] = [...sourceOf(generation).chunks];
  chunks[1] = { path, offset: 4999, length: second.length };
  const shared = new SharedRows([{ ...sourceOf(generation), chunks, garbage: [4] }]);
  expect(shared.rowCount).toBe(3);
  expect(shared.garbage).toEqual([4]);
  for (let row = 0; row < 3; row++) {
    expect(shared.eventStart(row)).toBe(generation.offsetOf(row));
    const key = shared.keyBuffer(row).subarray(shared.keyStart(row), shared.keyEnd(row));
    expect(Buffer.compare(key, generation.keyOf(row))).toBe(0);
    expect(shared.eventBuffer(row)[0]).toBe(generation.chunkOf(row)[0]!);
  }
});

test("rows of several generations are numbered through, oldest generation first", () => {
  const generations = [["a", "b"], [], ["a", "c"]].map((names, age) => {
    const rows = new TestGeneration();
    for (const name of names) {
      rows.put(stringKey(name), keyRowValue(`${age}`));
      rows.generation.seal();
    }
    rows.generation.garbage.push(age);
    return rows.generation;
  });
  const shared = new SharedRows(generations.map(sourceOf));
  expect(shared.garbage).toEqual([0, 1, 2]);
  const seen = Array.from({ length: shared.rowCount }, (_, row) => {
    const buffer = shared.eventBuffer(row);
    const at = shared.eventStart(row);
    const key = buffer.subarray(shared.keyStart(row), shared.keyEnd(row));
    return `${key.at(-1)} ${buffer[eventEnd(buffer, at) - 1]}`;
  });
  const code = (text: string) => text.charCodeAt(0);
  const expected = [
    ["a", "0"],
    ["b", "0"],
    ["a", "2"],
    ["c", "2"],
  ] as const;
  expect(seen).toEqual(expected.map(([key, value]) => `${code(key)} ${code(value)}`));
});
