import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { FILE_HEADER_BYTES } from "../../src/binlog/event.ts";
import { logFilePath } from "../../src/binlog/log-files.ts";
import { LogWriter } from "../../src/binlog/log-writer.ts";
import { forEachEvent, scanTurns } from "../../src/binlog/turn-scanner.ts";
import { mapKey } from "../../src/bytes/bytes.ts";
import { CHUNK_BYTES } from "../../src/keyspace/generations/memory-pool.ts";
import { mapLog } from "../../src/keyspace/log/log-map.ts";
import { RowValue } from "../../src/keyspace/rows/row-value.ts";
import { Turn } from "../../src/keyspace/turn.ts";
import { useFakeClock } from "../support/fake-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { rawKey, TestGeneration } from "../support/test-rows.ts";

function open(directory: string): LogWriter {
  const options = { directory, fileBytesMax: 1 << 30, historyId: new Uint8Array(16) };
  return new LogWriter(options, { file: 1, offset: 0 });
}

/** A turn of puts; answers how many events it has. */
function put(turn: Turn, rows: TestGeneration, puts: readonly (readonly [string, string])[]): void {
  rows.undo = turn.undo;
  for (const [name, text] of puts) if (rows.put(rawKey(name), text)) turn.eventCount++;
}

test("a turn reaches the log as its events and an end that fits them", () => {
  using directory = temporaryDirectory();
  using clock = useFakeClock();
  const log = open(directory.path);
  const [turn, rows] = [new Turn(), new TestGeneration()];
  expect(turn.isOpen).toBe(false);
  turn.begin(rows.generation);
  expect(turn.isOpen).toBe(true);
  put(turn, rows, [
    ["\x02a", "1"],
    ["\x02b", "2"],
    ["\x02a", "3"],
  ]);
  turn.append(rows.generation, log);
  expect(turn.isOpen).toBe(false);
  clock.advance(5000);
  turn.begin(rows.generation);
  put(turn, rows, [["\x02a", "4"]]);
  turn.append(rows.generation, log);
  const bytes = readFileSync(logFilePath(directory.path, 1));
  const counts: number[] = [];
  const { stop } = scanTurns(bytes, FILE_HEADER_BYTES, (from, to) => {
    let events = 0;
    forEachEvent(bytes, from, to, () => events++);
    counts.push(events);
  });
  expect(stop).toBeNull();
  expect(counts).toEqual([2, 1]);
  expect(bytes.length).toBe(log.position.offset);
  log.close();
});

test("turns over many chunks, undone ones between them, stand in the log where the chunks say", () => {
  using directory = temporaryDirectory();
  const log = open(directory.path);
  const [turn, rows] = [new Turn(), new TestGeneration()];
  const sizes = [100, 400_000, 700_000, CHUNK_BYTES, 50, 3 * CHUNK_BYTES, 10, CHUNK_BYTES - 40, 5];
  for (const [i, size] of sizes.entries()) {
    turn.begin(rows.generation);
    put(turn, rows, [
      [`\x02k${i}`, `${i}`.repeat(size)],
      ["\x02same", `${i}`],
    ]);
    if (i % 3 === 2) turn.takeBack(rows.generation);
    else turn.append(rows.generation, log);
    if (i % 4 === 3) {
      log.rotate();
      rows.generation.seal();
    }
  }
  rows.generation.spill(mapLog(directory.path));
  expect(
    rows.generation.chunks.every((chunk) => !(chunk.buffer instanceof SharedArrayBuffer)),
  ).toBe(true);
  for (const [i, size] of sizes.entries()) {
    const expected = i % 3 === 2 ? undefined : `${i}`.repeat(size);
    expect(rows.get(rawKey(`\x02k${i}`)) === expected).toBe(true);
  }
  const value = new RowValue();
  rows.generation.readValue(rows.generation.find(rawKey("\x02same")), value);
  expect(mapKey(value.buffer.subarray(value.start, value.end))).toBe("7");
  log.close();
});

test("a turn that the log refuses can be taken back, and the next one is appended behind the last good one", () => {
  using directory = temporaryDirectory();
  const log = open(directory.path);
  const [turn, rows] = [new Turn(), new TestGeneration()];
  turn.begin(rows.generation);
  put(turn, rows, [["\x02a", "good"]]);
  turn.append(rows.generation, log);
  const { append } = log;
  log.append = () => {
    throw new Error("disk full");
  };
  turn.begin(rows.generation);
  put(turn, rows, [
    ["\x02a", "lost"],
    ["\x02b", "lost"],
  ]);
  expect(() => turn.append(rows.generation, log)).toThrow("disk full");
  turn.takeBack(rows.generation);
  expect([rows.get(rawKey("\x02a")), rows.get(rawKey("\x02b"))]).toEqual(["good", undefined]);
  log.append = append;
  turn.begin(rows.generation);
  put(turn, rows, [["\x02a", "next"]]);
  turn.append(rows.generation, log);
  const bytes = readFileSync(logFilePath(directory.path, 1));
  expect(scanTurns(bytes, FILE_HEADER_BYTES, () => {})).toMatchObject({ turns: 2, stop: null });
  log.close();
});

test("a rollback takes back what came since a savepoint, overwritten rows included, and nothing else", () => {
  using directory = temporaryDirectory();
  const log = open(directory.path);
  const [turn, rows] = [new Turn(), new TestGeneration()];
  turn.begin(rows.generation);
  put(turn, rows, [["\x02old", "0"]]);
  turn.append(rows.generation, log);
  turn.begin(rows.generation);
  put(turn, rows, [
    ["\x02a", "1"],
    ["\x02old", "1"],
  ]);
  const savepoint = turn.savepoint(rows.generation);
  put(turn, rows, [
    ["\x02a", "2"],
    ["\x02old", "2"],
    ["\x02b", "2"],
    ["\x02a", "3"],
  ]);
  turn.rollback(rows.generation, savepoint);
  const read = (name: string): string | null => {
    const [row, value] = [rows.generation.find(rawKey(name)), new RowValue()];
    if (row < 0) return null;
    return rows.generation.readValue(row, value)
      ? mapKey(value.buffer.subarray(value.start, value.end))
      : null;
  };
  expect(["\x02a", "\x02old", "\x02b"].map(read)).toEqual(["1", "1", null]);
  expect(turn.eventCount).toBe(2);
  // The whole turn can still be taken back.
  put(turn, rows, [["\x02a", "4"]]);
  turn.takeBack(rows.generation);
  expect(["\x02a", "\x02old", "\x02b"].map(read)).toEqual([null, "0", null]);
  log.close();
});

test("a rollback to before the turn's first write ends the turn", () => {
  const [turn, rows] = [new Turn(), new TestGeneration()];
  const savepoint = turn.savepoint(rows.generation);
  expect(savepoint).toBeNull();
  turn.begin(rows.generation);
  put(turn, rows, [["\x02a", "1"]]);
  turn.rollback(rows.generation, savepoint);
  expect(turn.isOpen).toBe(false);
  expect(rows.generation.rowCount).toBe(0);
});
