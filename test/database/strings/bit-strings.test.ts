import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { type Bytes, copyBytes, fromText } from "../../../src/bytes/bytes.ts";
import type { DB } from "../../../src/database/db.ts";
import { Ledis } from "../../../src/database/ledis.ts";
import type { BitFieldOperation } from "../../../src/database/strings/bit-overflow.ts";
import type { BitOperation } from "../../../src/database/strings/bit-strings.ts";
import { TYPE_LIST, TYPE_STRING } from "../../../src/keyspace/rows/key-row.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const a = fromText("a");
const b = fromText("b");
const FAR_FUTURE_MS = Date.UTC(2100, 0, 1);

/** Runs `work` on a new database, within one turn as long as it does not wait. */
async function withDatabase(work: (db: DB, ledis: Ledis) => void | Promise<void>): Promise<void> {
  using directory = temporaryDirectory();
  const ledis = await Ledis.open({ directory: join(directory.path, "data") });
  try {
    await work(ledis.select(0), ledis);
  } finally {
    await ledis.close();
  }
}

function bytesOf(db: DB, key: Bytes): number[] | null {
  const value = db.strings.get(key);
  return value === null ? null : [...value];
}

function field(
  kind: BitFieldOperation["kind"],
  offset: number,
  widthBits: number,
  operand = 0n,
): BitFieldOperation {
  return { kind, offset, operand, type: { signed: false, widthBits }, overflow: "WRAP" };
}

describe("single bits", () => {
  test("set grows the string with zeros and answers the old bit", () =>
    withDatabase((db) => {
      expect(db.bitStrings.set(a, 17, 1)).toBe(0);
      expect(bytesOf(db, a)).toEqual([0, 0, 0x40]);
      expect(db.bitStrings.set(a, 17, 1)).toBe(1);
      expect(db.bitStrings.set(a, 0, 1)).toBe(0);
      expect(db.bitStrings.set(a, 17, 0)).toBe(1);
      expect(bytesOf(db, a)).toEqual([0x80, 0, 0]);
      expect(db.bitStrings.get(a, 0)).toBe(1);
      expect(db.bitStrings.get(a, 1_000_000)).toBe(0);
      expect(db.bitStrings.get(b, 0)).toBe(0);
    }));

  test("a 0 beyond the end grows the string, a bit as it was writes nothing", () =>
    withDatabase((db) => {
      const changed: Bytes[] = [];
      db.table.listen({ keyChanged: (key) => changed.push(key), keysReplaced() {} });
      db.bitStrings.set(a, 8, 0);
      expect(bytesOf(db, a)).toEqual([0, 0]);
      expect(changed).toHaveLength(1);
      db.bitStrings.set(a, 8, 0);
      expect(changed).toHaveLength(1);
    }));

  test("writing keeps the TTL", () =>
    withDatabase((db) => {
      db.table.putString(a, fromText("x"), FAR_FUTURE_MS);
      db.bitStrings.set(a, 100, 1);
      db.bitStrings.fields(a, [field("SET", 200, 8, 1n)]);
      expect(db.table.find(a)?.expireAt).toBe(FAR_FUTURE_MS);
    }));

  test("strings above the size that is written over in place keep their other bits", () =>
    withDatabase((db) => {
      const large = new Uint8Array(100_000).fill(0xaa);
      db.strings.set(a, large);
      db.bitStrings.set(a, 0, 0);
      db.bitStrings.set(a, 799_999, 1);
      large[0] = 0x2a;
      large[99_999] = 0xab;
      expect(db.strings.get(a)).toEqual(large);
      expect(db.bitStrings.count(a, null)).toBe(400_000);
    }));

  test("what was set is there after the database was opened again", async () => {
    using directory = temporaryDirectory();
    for (const save of [false, true]) {
      const ledis = await Ledis.open({ directory: directory.path });
      const db = ledis.select(0);
      db.bitStrings.set(save ? a : b, 3, 1);
      await ledis.close({ save });
    }
    const ledis = await Ledis.open({ directory: directory.path });
    expect([a, b].map((key) => bytesOf(ledis.select(0), key))).toEqual([[0x10], [0x10]]);
    await ledis.close();
  });
});

test("another type and a bit beyond the limit are refused", () =>
  withDatabase((db, ledis) => {
    const row = db.table.put(a, TYPE_LIST, 0, 6);
    row.buffer.fill(0, row.start, row.end);
    expect(() => db.bitStrings.set(a, 0, 1)).toThrow("WRONGTYPE");
    expect(() => db.bitStrings.combine("OR", b, [b, a])).toThrow("WRONGTYPE");
    ledis.configure({ valueBytesMax: 10 });
    expect(() => db.bitStrings.set(b, 80, 1)).toThrow("bit offset");
    expect(() => db.bitStrings.get(b, -1)).toThrow("bit offset");
    expect(() => db.bitStrings.fields(b, [field("GET", 80, 8)])).toThrow("bit offset");
    expect(bytesOf(db, b)).toBeNull();
    expect(db.bitStrings.fields(b, [field("SET", 79, 8, 255n)])).toEqual([0n]);
    expect(bytesOf(db, b)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xfe]);
  }));

describe("ranges", () => {
  test("a range whose ends both lie before the start counts nothing when it is backward", () =>
    withDatabase((db) => {
      db.strings.set(a, Uint8Array.of(0xff, 0xff, 0xff));
      expect(db.bitStrings.count(a, { start: -5, end: -6, unit: "BYTE" })).toBe(0);
      expect(db.bitStrings.count(a, { start: -6, end: -5, unit: "BYTE" })).toBe(8);
      expect(db.bitStrings.count(a, { start: 5, end: -8, unit: "BIT" })).toBe(12);
      expect(db.bitStrings.count(a, { start: 1, end: null, unit: "BYTE" })).toBe(16);
    }));

  test("a search for 0 without an end goes on beyond the string", () =>
    withDatabase((db) => {
      db.strings.set(a, Uint8Array.of(0xff, 0xff));
      expect(db.bitStrings.position(a, 0, null)).toBe(16);
      expect(db.bitStrings.position(a, 0, { start: 1, end: null, unit: "BYTE" })).toBe(16);
      expect(db.bitStrings.position(a, 0, { start: 0, end: -1, unit: "BYTE" })).toBe(-1);
      expect(db.bitStrings.position(a, 0, { start: 2, end: null, unit: "BYTE" })).toBe(-1);
      expect(db.bitStrings.position(b, 0, null)).toBe(0);
      expect(db.bitStrings.position(b, 1, null)).toBe(-1);
    }));

  test("count and position agree with a walk over the bits", () =>
    withDatabase((db) => {
      const range = fc.record({
        start: fc.integer({ min: -700, max: 700 }),
        end: fc.integer({ min: -700, max: 700 }),
        unit: fc.constantFrom("BYTE" as const, "BIT" as const),
      });
      const values = fc.uint8Array({ minLength: 1, maxLength: 80 });
      fc.assert(
        fc.property(values, range, (value, { start, end, unit }) => {
          db.strings.set(a, value);
          const scale = unit === "BIT" ? 1 : 8;
          const total = (value.length * 8) / scale;
          const first = Math.max(0, start < 0 ? start + total : start);
          const last = Math.max(0, end < 0 ? end + total : end);
          const backward = start < 0 && end < 0 && start > end;
          const ones = { count: 0, first: -1 };
          for (let bit = first * scale; bit < Math.min(total, last + 1) * scale; bit++) {
            if (((value[bit >> 3]! >> (7 - (bit & 7))) & 1) === 0) continue;
            ones.count++;
            if (ones.first === -1) ones.first = bit;
          }
          expect(db.bitStrings.count(a, { start, end, unit })).toBe(backward ? 0 : ones.count);
          expect(db.bitStrings.position(a, 1, { start, end, unit })).toBe(ones.first);
        }),
      );
    }));
});

describe("combine", () => {
  const byte: Record<BitOperation, (x: number, y: number) => number> = {
    AND: (x, y) => x & y,
    OR: (x, y) => x | y,
    XOR: (x, y) => x ^ y,
    NOT: (x) => ~x & 0xff,
  };

  test("agrees with a fold over the bytes, also when the target is a source of this turn", () =>
    withDatabase((db) => {
      const keys = [a, b, fromText("c"), fromText("missing")];
      const indexes = fc.array(fc.nat(3), { minLength: 1, maxLength: 5 });
      const values = fc.array(fc.uint8Array({ minLength: 1, maxLength: 90 }), {
        minLength: 3,
        maxLength: 3,
      });
      const operations = fc.constantFrom<BitOperation>("AND", "OR", "XOR", "NOT");
      fc.assert(
        fc.property(operations, values, fc.nat(2), indexes, (operation, all, target, chosen) => {
          for (const [i, value] of all.entries()) db.strings.set(keys[i]!, value);
          const sources = operation === "NOT" ? chosen.slice(0, 1) : chosen;
          const inputs = sources.map((i) => all[i] ?? new Uint8Array(0));
          const length = Math.max(...inputs.map((input) => input.length));
          const expected = Array.from({ length }, (_, at) => {
            const column = inputs.map((input) => input[at] ?? 0);
            if (operation === "NOT") return byte.NOT(column[0]!, 0);
            return column.reduce(byte[operation]);
          });
          const names = sources.map((i) => keys[i]!);
          expect(db.bitStrings.combine(operation, keys[target]!, names)).toBe(length);
          expect(bytesOf(db, keys[target]!)).toEqual(length === 0 ? null : expected);
        }),
      );
    }));

  test("drops the target's TTL, replaces any type, and removes it when nothing comes out", () =>
    withDatabase((db) => {
      db.table.putString(a, fromText("x"), FAR_FUTURE_MS);
      db.bitStrings.combine("OR", a, [a]);
      expect(db.table.find(a)?.expireAt).toBe(0);
      const row = db.table.put(b, TYPE_LIST, 0, 6);
      row.buffer.fill(0, row.start, row.end);
      expect(db.bitStrings.combine("NOT", b, [a])).toBe(1);
      expect(db.table.find(b)?.type).toBe(TYPE_STRING);
      expect(db.bitStrings.combine("XOR", b, [fromText("missing")])).toBe(0);
      expect(bytesOf(db, b)).toBeNull();
    }));

  test("takes very many sources", () =>
    withDatabase((db) => {
      db.strings.set(a, Uint8Array.of(0x0f));
      const sources = Array.from({ length: 150_001 }, () => a);
      expect(db.bitStrings.combine("XOR", b, sources)).toBe(1);
      expect(bytesOf(db, b)).toEqual([0x0f]);
    }));
});

describe("fields", () => {
  test("see what the operations before them have written", () =>
    withDatabase((db) => {
      const answers = db.bitStrings.fields(a, [
        field("INCRBY", 4, 8, 0x12n),
        field("GET", 0, 16),
        field("SET", 4, 8, 0xffn),
        field("GET", 100, 63),
        field("GET", 0, 16),
      ]);
      expect(answers).toEqual([0x12n, 0x0120n, 0x12n, 0n, 0x0ff0n]);
      expect(bytesOf(db, a)).toEqual([0x0f, 0xf0]);
    }));

  test("only grow the string when every write fails, and never when they only read", () =>
    withDatabase((db) => {
      const failing = { ...field("SET", 8, 8, 256n), overflow: "FAIL" as const };
      expect(db.bitStrings.fields(a, [failing])).toEqual([null]);
      expect(bytesOf(db, a)).toEqual([0, 0]);
      expect(db.bitStrings.fields(b, [field("GET", 8, 8)])).toEqual([0n]);
      expect(bytesOf(db, b)).toBeNull();
      const changed: Bytes[] = [];
      db.table.listen({ keyChanged: (key) => changed.push(key), keysReplaced() {} });
      db.bitStrings.fields(a, [failing, field("SET", 0, 8, 0n)]);
      expect(changed).toEqual([]);
    }));

  test("leave the rest of a string as it was, written in this turn or an earlier one", () =>
    withDatabase(async (db, ledis) => {
      const value = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
      db.strings.set(a, value);
      for (const turn of [0, 1, 2]) {
        db.bitStrings.fields(a, [field("SET", 800 + turn * 8, 8, 7n), field("GET", 0, 8)]);
        db.bitStrings.fields(a, [field("INCRBY", 1600 + turn * 8, 8, 1n)]);
        value[100 + turn] = 7;
        value[200 + turn] = 201 + turn;
        expect(copyBytes(db.strings.get(a)!)).toEqual(value);
        await ledis.committed();
      }
    }));
});
