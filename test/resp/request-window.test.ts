import { expect, test } from "bun:test";
import { RequestWindow } from "../../src/resp/request-window.ts";
import { latin1 } from "./support.ts";

function unparsed(window: RequestWindow): string {
  return Buffer.from(window.bytes.subarray(window.start, window.end)).toString("latin1");
}

test("a chunk is used where it is", () => {
  const window = new RequestWindow();
  const chunk = latin1("abc");
  window.push(chunk);
  expect(window.bytes).toBe(chunk);
  window.take(1);
  expect([unparsed(window), window.bufferedBytes]).toEqual(["bc", 2]);
});

test("chunks come one after the other", () => {
  const window = new RequestWindow();
  for (const text of ["ab", "", "cd", "ef"]) window.push(latin1(text));
  expect([unparsed(window), window.bufferedBytes]).toEqual(["ab", 6]);
  window.take(2);
  expect(window.extend(1, false)).toBe(true);
  expect(unparsed(window)).toBe("cd");
  window.take(window.end);
  expect(window.extend(1, false)).toBe(true);
  expect(unparsed(window)).toBe("ef");
  window.take(window.end);
  expect(window.extend(1, false)).toBe(false);
  expect([window.bytes.length, window.bufferedBytes]).toEqual([0, 0]);
});

test("a cut request is joined, and the rest of the chunk stays where it is", () => {
  const window = new RequestWindow();
  const second = latin1("cdef");
  window.push(latin1("ab"));
  window.push(second);
  expect(window.extend(1, true)).toBe(true);
  expect([unparsed(window), window.bufferedBytes]).toEqual(["abc", 6]);
  window.take(3);
  expect(window.bytes).toBe(second);
  expect([unparsed(window), window.bufferedBytes]).toEqual(["def", 3]);
});

test("what a join took too much is not taken from the chunk", () => {
  const window = new RequestWindow();
  window.push(latin1("ab"));
  window.push(latin1("cdef"));
  window.extend(1, false);
  expect(unparsed(window)).toBe("abcdef");
  window.take(3);
  expect([unparsed(window), window.bufferedBytes]).toEqual(["def", 3]);
});

test("memory grows geometrically, and not past the end of the request", () => {
  const window = new RequestWindow();
  const chunk = new Uint8Array(1000);
  const capacities = new Set<number>();
  window.push(chunk);
  for (let size = 1000; size < 100_000; size += 1000) {
    window.push(chunk);
    window.extend(100_000 - size, true);
    capacities.add(window.bytes.length);
  }
  expect(capacities.size).toBeLessThan(10);
  expect(window.bytes.length).toBe(100_000);
});

test("a little left over does not pin its chunk while nothing comes", () => {
  const window = new RequestWindow();
  window.push(new Uint8Array(100_000));
  window.take(99_990);
  expect(window.extend(1, false)).toBe(false);
  expect(window.bytes.length).toBeLessThan(1000);
  expect(window.bufferedBytes).toBe(10);
});

test("clear forgets chunks and joins", () => {
  const window = new RequestWindow();
  for (const text of ["ab", "cd", "ef"]) window.push(latin1(text));
  window.extend(1, false);
  window.clear();
  expect(window.bufferedBytes).toBe(0);
  window.push(latin1("xy"));
  expect(unparsed(window)).toBe("xy");
});
