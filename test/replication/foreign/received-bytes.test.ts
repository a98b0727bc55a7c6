import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { fromText } from "../../../src/bytes/bytes.ts";
import { ReceivedBytes } from "../../../src/replication/foreign/received-bytes.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("bytes come out as they went in, whatever is in memory and what in the file", () => {
  using directory = temporaryDirectory();
  const action = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => ({ bytes })),
    fc.constant("take" as const),
    fc.constant("take and put half of it back" as const),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const limits = { memoryBytesMax: 60, filesBytesMax: 1000, fileBytesMax: 70 };
      const queue = new ReceivedBytes(join(directory.path, "spool"), limits);
      const into: number[] = [];
      const out: number[] = [];
      for (const act of actions) {
        if (typeof act !== "string") {
          queue.push(act.bytes);
          into.push(...act.bytes);
          continue;
        }
        const piece = queue.take();
        expect(piece === null).toBe(into.length === out.length);
        const half = act === "take" ? (piece?.length ?? 0) : (piece?.length ?? 0) >> 1;
        out.push(...(piece?.subarray(0, half) ?? []));
        queue.unshift(piece?.subarray(half) ?? new Uint8Array(0));
        expect(queue.bytes).toBe(into.length - out.length);
      }
      for (let piece = queue.take(); piece !== null; piece = queue.take()) out.push(...piece);
      expect(out).toEqual(into);
      queue.close();
    }),
  );
});

test("it says when it is full, and leaves no file behind", () => {
  using directory = temporaryDirectory();
  const limits = { memoryBytesMax: 4, filesBytesMax: 8, fileBytesMax: 100 };
  const queue = new ReceivedBytes(join(directory.path, "spool"), limits);
  for (const text of ["four", "five5", "666"]) queue.push(fromText(text));
  expect(queue.isFull).toBe(false);
  queue.push(fromText("7"));
  expect(queue.isFull).toBe(true);
  expect(queue.bytes).toBe(13);
  expect(readdirSync(directory.path)).toEqual([]);
  queue.take();
  queue.take();
  expect([queue.isFull, queue.bytes, queue.take()]).toEqual([false, 0, null]);
  queue.close();
});

test("what was read takes no room: files go one by one, and one left by a crash is no hindrance", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "spool");
  writeFileSync(path, "left");
  const limits = { memoryBytesMax: 1, filesBytesMax: 1000, fileBytesMax: 10 };
  const queue = new ReceivedBytes(path, limits);
  const open = () => readdirSync("/proc/self/fd").length;
  queue.push(fromText("a"));
  const before = open();
  for (let i = 0; i < 50; i++) {
    queue.push(fromText("12345"));
    if (i > 3) queue.take();
    expect(open() - before).toBeLessThan(6);
  }
  queue.close();
  expect(open()).toBe(before);
});

test("a file that cannot be made is told", () => {
  using directory = temporaryDirectory();
  const limits = { memoryBytesMax: 1, filesBytesMax: 8, fileBytesMax: 8 };
  const queue = new ReceivedBytes(join(directory.path, "missing", "spool"), limits);
  queue.push(fromText("a"));
  expect(() => queue.push(fromText("b"))).toThrow("ENOENT");
});
