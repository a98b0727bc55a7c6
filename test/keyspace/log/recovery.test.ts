import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { encodeFileHeader, FILE_HEADER_BYTES } from "../../../src/binlog/event.ts";
import { logFilePath } from "../../../src/binlog/log-files.ts";
import { type Bytes, concatBytes, fromMapKey, mapKey } from "../../../src/bytes/bytes.ts";
import { CHUNK_BYTES, MemoryPool } from "../../../src/keyspace/generations/memory-pool.ts";
import { NO_ROW } from "../../../src/keyspace/generations/row-layout.ts";
import { recover } from "../../../src/keyspace/log/recovery.ts";
import { RowValue } from "../../../src/keyspace/rows/row-value.ts";
import { keepLog } from "../../support/keep-log.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { keyRowValue, stringKey } from "../../support/test-rows.ts";
import { deleteEvent, putEvent, turnBytes } from "../../support/turn-bytes.ts";

keepLog();

const pool = new MemoryPool(CHUNK_BYTES);
const START = { file: 1, offset: 0 };

const put = (key: string, text: string): Bytes =>
  putEvent(stringKey(key).view(), fromMapKey(keyRowValue(text)));
const remove = (key: string): Bytes => deleteEvent(stringKey(key).view());

function writeLog(directory: string, file: number, ...turns: readonly Bytes[]): number {
  const header = encodeFileHeader(
    { version: 1, fileNumber: file, base: 0, historyId: new Uint8Array(16) },
    1,
  );
  const bytes = concatBytes(header, ...turns);
  writeFileSync(logFilePath(directory, file), bytes);
  return bytes.length;
}

/** What the recovered generations say about a key, the newest first. */
function find(recovered: ReturnType<typeof recover>, key: string): string | null | undefined {
  const value = new RowValue();
  for (const { generation } of recovered.frozen.toReversed()) {
    const row = generation.find(stringKey(key));
    if (row === NO_ROW) continue;
    if (!generation.readValue(row, value)) return null;
    return mapKey(value.buffer.subarray(value.start + 1, value.end));
  }
  return undefined;
}

test("an empty log gives nothing", () => {
  using directory = temporaryDirectory();
  expect(recover(directory.path, START, pool)).toEqual({ frozen: [], end: START, turns: 0 });
  writeLog(directory.path, 1);
  const { frozen, end } = recover(directory.path, START, pool);
  expect(frozen).toEqual([]);
  expect(end).toEqual({ file: 1, offset: FILE_HEADER_BYTES });
});

test("the newest event of each row counts, over several files", () => {
  using directory = temporaryDirectory();
  writeLog(
    directory.path,
    1,
    turnBytes([put("a", "1"), put("b", "1")]),
    turnBytes([put("a", "2")]),
  );
  writeLog(directory.path, 2, turnBytes([remove("b")]), turnBytes([]));
  const size = writeLog(directory.path, 3, turnBytes([put("c", "3")]));
  const recovered = recover(directory.path, START, pool);
  expect(recovered.turns).toBe(5);
  expect(recovered.end).toEqual({ file: 3, offset: size });
  expect(recovered.frozen.at(-1)!.end).toEqual(recovered.end);
  expect(recovered.frozen.length).toBe(1);
  const found = ["a", "b", "c", "d"].map((key) => find(recovered, key));
  expect(found).toEqual(["2", null, "3", undefined]);
});

test("events of every size are found where they stand, around the megabyte windows too", () => {
  using directory = temporaryDirectory();
  const sizes = [
    10,
    400_000,
    700_000,
    CHUNK_BYTES,
    3 * CHUNK_BYTES,
    5,
    CHUNK_BYTES - 60,
    100,
    2_000_000,
  ];
  const turns = sizes.map((size, i) =>
    turnBytes([put(`k${i}`, `${i}`.repeat(size)), put("small", `${i}`)]),
  );
  const size = writeLog(directory.path, 1, ...turns);
  const recovered = recover(directory.path, START, pool);
  expect(recovered.end.offset).toBe(size);
  for (const [i, size] of sizes.entries()) {
    expect(find(recovered, `k${i}`) === `${i}`.repeat(size)).toBe(true);
  }
  expect(find(recovered, "small")).toBe("8");
  for (const { generation } of recovered.frozen) {
    for (const place of generation.places) expect(place!.file).toBe(1);
  }
});

test("a turn that is not whole gives none of its rows", () => {
  using directory = temporaryDirectory();
  const torn = turnBytes([put("b", "2"), put("a", "2")]).subarray(0, -3);
  writeLog(directory.path, 1, turnBytes([put("a", "1")]), torn);
  const recovered = recover(directory.path, START, pool);
  expect([find(recovered, "a"), find(recovered, "b")]).toEqual(["1", undefined]);
});

test("only what lies behind the given place is indexed", () => {
  using directory = temporaryDirectory();
  const first = turnBytes([put("a", "1")]);
  writeLog(directory.path, 1, first, turnBytes([put("b", "1")]));
  const from = { file: 1, offset: FILE_HEADER_BYTES + first.length };
  const recovered = recover(directory.path, from, pool);
  expect([find(recovered, "a"), find(recovered, "b")]).toEqual([undefined, "1"]);
});

test("what is recovered ends with its last turn, also when a later file holds none", () => {
  using directory = temporaryDirectory();
  const size = writeLog(directory.path, 1, turnBytes([put("a", "1".repeat(1000))]));
  writeLog(directory.path, 2);
  const recovered = recover(directory.path, START, pool);
  expect(recovered.frozen.map(({ end }) => end)).toEqual([{ file: 1, offset: size }]);
  expect(recovered.end).toEqual({ file: 2, offset: FILE_HEADER_BYTES });
});

test("hundreds of tiny files make one generation, not hundreds", () => {
  using directory = temporaryDirectory();
  for (let file = 1; file <= 300; file++)
    writeLog(directory.path, file, turnBytes([put(`k${file}`, "v")]));
  const recovered = recover(directory.path, START, pool);
  expect(recovered.frozen.length).toBe(1);
  expect(find(recovered, "k1")).toBe("v");
  expect(find(recovered, "k300")).toBe("v");
});
