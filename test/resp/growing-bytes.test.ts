import { expect, test } from "bun:test";
import { GrowingBytes } from "../../src/resp/growing-bytes.ts";
import { latin1 } from "./support.ts";

test("parts become one piece, which is handed over", () => {
  const bytes = new GrowingBytes();
  bytes.append(latin1("xabcx"), 1, 4);
  bytes.append(latin1("de"), 0, 2);
  const taken = bytes.take();
  bytes.append(latin1("zzz"), 0, 3);
  expect(Buffer.from(taken).toString()).toBe("abcde");
  expect(bytes.length).toBe(3);
});

test("memory stays below twice of what came, and below the announced length", () => {
  const bytes = new GrowingBytes(10_000);
  const part = new Uint8Array(100);
  for (let index = 0; index < 50; index++) bytes.append(part, 0, 100);
  expect(bytes.take().buffer.byteLength).toBeLessThan(10_000);
  for (let index = 0; index < 100; index++) bytes.append(part, 0, 100);
  expect(bytes.take().buffer.byteLength).toBe(10_000);
});
