import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { CRC64_BYTES, Crc64 } from "../../src/bytes/crc64.ts";

function hexOf(crc: Crc64): string {
  const bytes = new Uint8Array(CRC64_BYTES);
  crc.write(bytes, 0);
  return Buffer.from(bytes).reverse().toString("hex");
}

test("the checksums are those of Redis's own tests", () => {
  expect(hexOf(new Crc64().update(fromText("123456789")))).toBe("e9c6d914c4b8d9ca");
  const text = "This is a test of the emergency broadcast system.";
  expect(hexOf(new Crc64())).toBe("0000000000000000");
  expect(hexOf(new Crc64().update(fromText(text)))).toBe(hexOf(slowly(fromText(text))));
});

test("pieces of any length sum to the same as the whole", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 0xff);
  const whole = hexOf(new Crc64().update(bytes));
  for (let split = 0; split <= bytes.length; split++) {
    expect(hexOf(new Crc64().update(bytes, 0, split).update(bytes, split))).toBe(whole);
  }
});

test("a stored checksum is recognized, any other is not", () => {
  const crc = new Crc64().update(fromText("abc"));
  const stored = new Uint8Array(12);
  crc.write(stored, 3);
  expect(crc.equals(stored, 3)).toBe(true);
  for (let at = 3; at < 11; at++) {
    const damaged = stored.slice();
    damaged[at] = damaged[at]! ^ 0x10;
    expect(crc.equals(damaged, 3)).toBe(false);
  }
});

/** Byte by byte. */
function slowly(bytes: Uint8Array): Crc64 {
  const crc = new Crc64();
  for (const byte of bytes) crc.update(Uint8Array.of(byte));
  return crc;
}
