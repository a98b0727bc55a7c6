import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareBytes, copyBytes, fromText } from "../../../src/bytes/bytes.ts";
import {
  ELEMENT_KINDS,
  KIND_HASH,
  KIND_KEY,
  KIND_META,
  numberOf,
  prefixBytes,
  RowKey,
  readU48,
  writeU48,
} from "../../../src/keyspace/rows/row-key.ts";

const hex = (key: RowKey): string => Buffer.from(key.view()).toString("hex");

test("row keys are kind, number, and what orders them there", () => {
  const key = new RowKey();
  expect(hex(key.key(0x01020304, fromText("k")))).toBe("01010203046b");
  expect(hex(key.meta(0xffffffff, fromText("n")))).toBe("00ffffffff6e");
  expect(hex(key.element(KIND_HASH, 0x010203040506, fromText("f")))).toBe("0201020304050666");
  expect(hex(key.raw(fromText("xabcx"), 1, 4))).toBe("616263");
});

test("the number is found again in every kind of key, up to 48 bits", () => {
  const key = new RowKey();
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), fc.maxSafeNat(), (number, big) => {
      const id = big % 2 ** 48;
      expect(numberOf(key.key(number, fromText("k")).view(), 0)).toBe(number);
      expect(numberOf(key.meta(number, fromText("k")).view(), 0)).toBe(number);
      for (const kind of ELEMENT_KINDS) {
        const view = key.element(kind, id, fromText("f")).view();
        expect(numberOf(view, 0)).toBe(id);
        expect(view.length - prefixBytes(kind)).toBe(1);
      }
    }),
  );
  expect(prefixBytes(KIND_META)).toBe(prefixBytes(KIND_KEY));
});

test("u48 keeps all 48 bits and their order", () => {
  const write = (value: number) => {
    const bytes = new Uint8Array(6);
    writeU48(bytes, 0, value);
    return bytes;
  };
  const u48 = fc.maxSafeNat().map((value) => value % 2 ** 48);
  fc.assert(
    fc.property(u48, u48, (a, b) => {
      expect(readU48(write(a), 0)).toBe(a);
      expect(Math.sign(compareBytes(write(a), write(b)))).toBe(Math.sign(a - b));
    }),
  );
  expect(readU48(write(2 ** 48 - 1), 0)).toBe(2 ** 48 - 1);
});

test("equal keys have equal hashes, however they were made, and however often", () => {
  const one = new RowKey();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(3), (name, space) => {
      const first = copyBytes(one.key(space, name).view());
      const hash = one.hash;
      const other = new RowKey().raw(first);
      expect(other.hash).toBe(hash);
      one.key(space, name);
      expect(one.hash).toBe(hash);
      expect(one.view()).toEqual(other.view());
    }),
  );
});

test("a key that differs in the last byte, the space or the kind is another one", () => {
  const key = new RowKey();
  const hashes = new Set([
    key.key(1, fromText("abc")).hash,
    key.key(1, fromText("abd")).hash,
    key.key(2, fromText("abd")).hash,
    key.meta(2, fromText("abd")).hash,
    key.key(2, fromText("ab")).hash,
    key.key(2, fromText("xb")).hash,
  ]);
  expect(hashes.size).toBe(6);
});
