/** Listpacks and ziplists for tests, made from text and integers. */

import { concatBytes, fromText } from "../../src/bytes/bytes.ts";

/** A listpack of strings below 64 bytes and of integers below 128. */
export function listpackOf(...entries: (string | number)[]): Uint8Array {
  const parts = entries.map((entry) => {
    const head = typeof entry === "number" ? entry : 0x80 | entry.length;
    const data = fromText(typeof entry === "number" ? "" : entry);
    return concatBytes(Uint8Array.of(head), data, Uint8Array.of(1 + data.length));
  });
  const whole = concatBytes(new Uint8Array(6), ...parts, Uint8Array.of(0xff));
  const view = new DataView(whole.buffer);
  view.setUint32(0, whole.length, true);
  view.setUint16(4, entries.length, true);
  return whole;
}

/** A ziplist of strings below 64 bytes. */
export function ziplistOf(...entries: string[]): Uint8Array {
  let before = 0;
  let last = 10;
  let end = 10;
  const parts = entries.map((entry) => {
    const part = concatBytes(Uint8Array.of(before, entry.length), fromText(entry));
    before = part.length;
    last = end;
    end += part.length;
    return part;
  });
  const whole = concatBytes(new Uint8Array(10), ...parts, Uint8Array.of(0xff));
  const view = new DataView(whole.buffer);
  view.setUint32(0, whole.length, true);
  view.setUint32(4, last, true);
  view.setUint16(8, entries.length, true);
  return whole;
}
