import { expect, test } from "bun:test";
import { EXTERNAL_BYTES_MIN, ReplyArena } from "../../src/resp/reply-arena.ts";
import { latin1 } from "./support.ts";

function add(arena: ReplyArena, text: string): void {
  arena.append(latin1(text), 0, text.length);
}

/** The slices' sizes, checked against sizeOf, and whether each refers to `large`. */
function parts(
  arena: ReplyArena,
  start: number,
  end: number,
  large: Uint8Array,
): [number, boolean][] {
  const slices = arena.slices(start, end);
  const size = slices.reduce((sum, slice) => sum + slice.length, 0);
  expect(arena.sizeOf(start, end)).toBe(size);
  return slices.map((slice) => [slice.length, slice.buffer === large.buffer]);
}

test("what is appended stands between the offsets, whatever the growth", () => {
  const arena = new ReplyArena();
  const segments: [number, number][] = [];
  for (let index = 0; index < 2000; index++) {
    const start = arena.length;
    add(arena, String(index).repeat(index % 90));
    segments.push([start, arena.length]);
  }
  expect(arena.buffer.length).toBeGreaterThan(64 * 1024);
  for (const [index, [start, end]] of segments.entries()) {
    const text = Buffer.concat(arena.slices(start, end)).toString();
    expect(text).toBe(String(index).repeat(index % 90));
  }
});

test("a large value is referred to and goes to the connection it was appended for", () => {
  const arena = new ReplyArena();
  const large = new Uint8Array(EXTERNAL_BYTES_MIN + 10);
  add(arena, "abc");
  const start = arena.length;
  add(arena, "<");
  arena.append(large, 10, large.length);
  add(arena, "><");
  arena.append(large, 0, large.length);
  add(arena, ">");
  const end = arena.length;
  add(arena, "def");

  expect(arena.length).toBe(10);
  expect(parts(arena, start, end, large)).toEqual([
    [1, false],
    [EXTERNAL_BYTES_MIN, true],
    [2, false],
    [EXTERNAL_BYTES_MIN + 10, true],
    [1, false],
  ]);
  expect(parts(arena, 0, start, large)).toEqual([[3, false]]);
  expect(parts(arena, end, arena.length, large)).toEqual([[3, false]]);
  expect(parts(arena, end, end, large)).toEqual([]);
});

test("a value just below the threshold is copied", () => {
  const arena = new ReplyArena();
  const value = new Uint8Array(EXTERNAL_BYTES_MIN - 1).fill(1);
  arena.append(value, 0, value.length);
  value.fill(2);
  expect(arena.buffer[arena.length - 1]).toBe(1);
});

test("truncate forgets what a failed command appended", () => {
  const arena = new ReplyArena();
  const large = new Uint8Array(EXTERNAL_BYTES_MIN);
  add(arena, "<");
  arena.append(large, 0, large.length);
  add(arena, ">");
  const end = arena.length;
  add(arena, "<");
  arena.append(large, 0, large.length);
  arena.truncate(end);
  add(arena, "abc");
  expect(arena.sizeOf(0, arena.length)).toBe(EXTERNAL_BYTES_MIN + 5);
  expect(arena.size).toBe(EXTERNAL_BYTES_MIN + 5);
  expect(Buffer.concat(arena.slices(end, arena.length)).toString()).toBe("abc");
});

test("reset forgets everything, and memory above 1 MB", () => {
  const arena = new ReplyArena();
  const part = new Uint8Array(EXTERNAL_BYTES_MIN - 1);
  for (let index = 0; index < 20; index++) arena.append(part, 0, part.length);
  arena.append(new Uint8Array(EXTERNAL_BYTES_MIN), 0, EXTERNAL_BYTES_MIN);
  arena.reset();
  expect([arena.length, arena.size, arena.sizeOf(0, 0)]).toEqual([0, 0, 0]);
  expect(arena.buffer.length).toBe(1024 * 1024);
});
