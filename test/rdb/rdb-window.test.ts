import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { Crc64 } from "../../src/bytes/crc64.ts";
import { RdbWindow } from "../../src/rdb/rdb-window.ts";

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield fromText(text);
}

const here = (window: RdbWindow) => mapKey(window.buffer.subarray(window.start, window.end));

test("it grows to twice its size, and at least by one piece", async () => {
  const window = new RdbWindow(pieces("ab", "", "c", "d", "efghij", "k"), 100);
  expect(await window.more()).toBe(true);
  expect(here(window)).toBe("ab");
  await window.more();
  expect(here(window)).toBe("abcd");
  await window.more();
  expect(here(window)).toBe("abcdefghij");
  expect(await window.more()).toBe(true);
  expect(await window.more()).toBe(false);
  expect(here(window)).toBe("abcdefghijk");
});

test("what was taken is counted, summed and forgotten", async () => {
  const window = new RdbWindow(pieces("abcdef", "ghi"), 100);
  await window.more();
  window.take(window.start + 4);
  expect(window.position).toBe(4);
  expect(here(window)).toBe("ef");
  await window.more();
  expect(here(window)).toBe("efghi");
  window.take(window.end);
  const sum = new Uint8Array(8);
  new Crc64().update(fromText("abcdefghi")).write(sum, 0);
  expect(window.crc.equals(sum, 0)).toBe(true);
});

test("memory stays bounded while much is read", async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 2000; i++) yield new Uint8Array(1000);
  }
  const window = new RdbWindow(endless(), 10_000);
  while (await window.more()) window.take(window.end - 3);
  expect(window.position + 3).toBe(2_000_000);
  expect(window.buffer.length).toBeLessThan(10_000);
});

test("no more than the limit is kept", async () => {
  const window = new RdbWindow(pieces("abc", "def", "ghi"), 5);
  await window.more();
  await window.more();
  expect(await window.more().catch(String)).toBe("RdbError: a value is longer than 5 bytes");
});
