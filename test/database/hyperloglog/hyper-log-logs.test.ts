import { describe, expect, test } from "bun:test";
import { type Bytes, concatBytes, copyBytes, fromText, toText } from "../../../src/bytes/bytes.ts";
import { Stretch } from "../../../src/bytes/stretch.ts";
import type { DB } from "../../../src/database/db.ts";
import { CommandError, errors } from "../../../src/errors.ts";
import { openLedis } from "../../support/open-ledis.ts";

const [a, b, c, text, list] = ["a", "b", "c", "text", "list"].map(fromText) as [
  Bytes,
  Bytes,
  Bytes,
  Bytes,
  Bytes,
];
const FAR_FUTURE_MS = Date.UTC(2100, 0, 1);

/** `count` elements, from the `first` one on. */
function elements(count: number, first = 0): Bytes[] {
  return Array.from({ length: count }, (_, i) => fromText(`element ${first + i}`));
}

function stringOf(db: DB, key: Bytes): Bytes | null {
  const string = db.strings.get(key);
  return string === null ? null : copyBytes(string);
}

/** Whether the cardinality in the string counts. */
function isCounted(db: DB, key: Bytes): boolean {
  return db.strings.get(key)![15]! < 0x80;
}

function watch(db: DB): string[] {
  const changed: string[] = [];
  db.table.listen({ keyChanged: (key) => changed.push(toText(key)), keysReplaced() {} });
  return changed;
}

function putNone(db: DB): void {
  db.strings.set(text, fromText("no HyperLogLog"));
  db.lists.push(list, "right", [fromText("x")]);
}

/** A sparse one whose runs come to one register less than there are. */
function putCorrupt(db: DB, key: Bytes): Bytes {
  const head = concatBytes(fromText("HYLL\u0001"), new Uint8Array(10));
  const string = concatBytes(head, Uint8Array.of(0x80, 0x7f, 0xfe));
  db.strings.set(key, string);
  return string;
}

const wrongType = new CommandError(errors.wrongType);
const notOne = new CommandError(errors.notHyperLogLog);
const corrupt = new CommandError(errors.corruptHyperLogLog);

describe("adding", () => {
  test("makes a missing key, even of no elements, and tells whether something changed", async () => {
    await using ledis = await openLedis();
    const { hyperLogLogs } = ledis.db;
    expect(hyperLogLogs.add(a, [])).toBe(true);
    expect(hyperLogLogs.add(a, [])).toBe(false);
    expect(hyperLogLogs.add(a, elements(3))).toBe(true);
    expect(hyperLogLogs.add(a, elements(3))).toBe(false);
    expect(hyperLogLogs.add(a, elements(4))).toBe(true);
    expect(hyperLogLogs.count([a])).toBe(4);
  });

  test("takes elements where they stand", async () => {
    await using ledis = await openLedis();
    const { hyperLogLogs } = ledis.db;
    const memory = fromText("one,two");
    hyperLogLogs.add(a, [new Stretch(memory, 0, 3), new Stretch(memory, 4, 7)]);
    expect(hyperLogLogs.add(a, [fromText("one"), fromText("two")])).toBe(false);
  });

  test("keeps the TTL, and writes nothing when nothing changes", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    db.hyperLogLogs.add(a, elements(2));
    db.keys.expire(a, FAR_FUTURE_MS);
    const changed = watch(db);
    db.hyperLogLogs.add(a, elements(2));
    expect(changed).toEqual([]);
    db.hyperLogLogs.add(a, elements(3));
    expect(changed).toEqual(["a"]);
    expect(db.keys.expireAt(a)).toBe(FAR_FUTURE_MS);
  });

  test("becomes dense where the limit says so", async () => {
    await using ledis = await openLedis({ hllSparseBytesMax: 100 });
    const { hyperLogLogs } = ledis.db;
    const encoding = () => hyperLogLogs.find(a)!.encoding;
    hyperLogLogs.add(a, elements(10));
    expect(encoding()).toBe("sparse");
    hyperLogLogs.add(a, elements(60));
    expect(encoding()).toBe("dense");
    const count = Number(hyperLogLogs.count([a]));
    expect(Math.abs(count - 60)).toBeLessThanOrEqual(1);
    expect(hyperLogLogs.add(a, elements(60))).toBe(false);
  });

  test("refuses what is none, and what is corrupt, and changes nothing", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    putNone(db);
    const string = concatBytes(fromText("HYLL\u0001"), new Uint8Array(11), Uint8Array.of(0x5f, 0));
    db.strings.set(c, string);
    const changed = watch(db);
    expect(() => db.hyperLogLogs.add(text, [])).toThrow(notOne);
    expect(() => db.hyperLogLogs.add(list, [])).toThrow(wrongType);
    // Half of the elements belong behind its last register.
    expect(() => db.hyperLogLogs.add(c, elements(50))).toThrow(corrupt);
    expect(stringOf(db, c)).toEqual(string);
    expect(changed).toEqual([]);
  });
});

describe("counting", () => {
  test("stores the number, and uses it until the next change", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    db.hyperLogLogs.add(a, elements(100));
    db.keys.expire(a, FAR_FUTURE_MS);
    expect(isCounted(db, a)).toBe(false);
    const changed = watch(db);
    const count = db.hyperLogLogs.count([a]);
    expect(isCounted(db, a)).toBe(true);
    expect(changed).toEqual(["a"]);
    expect(db.keys.expireAt(a)).toBe(FAR_FUTURE_MS);
    expect(db.hyperLogLogs.count([a])).toBe(count);
    expect(changed).toEqual(["a"]);
    db.strings.setRange(a, 8, Uint8Array.of(0x39, 0x30, 0));
    expect(db.hyperLogLogs.count([a])).toBe(12_345);
    db.hyperLogLogs.add(a, elements(101));
    expect(isCounted(db, a)).toBe(false);
    expect(Math.abs(Number(db.hyperLogLogs.count([a])) - 101)).toBeLessThanOrEqual(2);
  });

  test("stores nothing where its log is another server's", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    db.hyperLogLogs.add(a, elements(5));
    await ledis.commit();
    const before = stringOf(db, a);
    ledis.ledis.follow();
    expect(db.hyperLogLogs.count([a])).toBe(5);
    expect(stringOf(db, a)).toEqual(before);
    ledis.ledis.lead();
    expect(db.hyperLogLogs.count([a])).toBe(5);
    expect(isCounted(db, a)).toBe(true);
  });

  test("several keys are counted together, missing ones as empty, and none is written", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    db.hyperLogLogs.add(a, elements(10));
    db.hyperLogLogs.add(b, elements(10, 5));
    db.hyperLogLogs.makeDense(b);
    const changed = watch(db);
    expect(db.hyperLogLogs.count([a, b])).toBe(15);
    expect(db.hyperLogLogs.count([a, b, c, a])).toBe(15);
    expect(db.hyperLogLogs.count([c])).toBe(0);
    expect(db.hyperLogLogs.count([c, c])).toBe(0);
    expect(changed).toEqual([]);
  });

  test("an estimate that is no safe integer is a bigint, and one beyond int64 is negative", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    const dense = (byte: readonly number[]) => {
      const registers = Array.from({ length: 4096 }, () => byte).flat();
      const head = concatBytes(fromText("HYLL"), new Uint8Array(11), Uint8Array.of(0x80));
      return concatBytes(head, Uint8Array.from(registers));
    };
    // Four registers of 40, and of 63.
    db.strings.set(a, dense([0x28, 0x8a, 0xa2]));
    expect(db.hyperLogLogs.count([a])).toBe(12_994_641_697_113_596n);
    expect(db.hyperLogLogs.count([a])).toBe(12_994_641_697_113_596n);
    db.strings.set(a, dense([0xff, 0xff, 0xff]));
    expect(db.hyperLogLogs.count([a])).toBe(-(2n ** 63n));
    expect(db.hyperLogLogs.count([a, a])).toBe(-(2n ** 63n));
    expect(isCounted(db, a)).toBe(false);
  });

  test("refuses what is none, and what is corrupt and not counted yet", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    putNone(db);
    db.hyperLogLogs.add(a, elements(1));
    putCorrupt(db, c);
    for (const others of [[], [a]]) {
      expect(() => db.hyperLogLogs.count([...others, text])).toThrow(notOne);
      expect(() => db.hyperLogLogs.count([...others, list])).toThrow(wrongType);
      expect(() => db.hyperLogLogs.count([...others, c])).toThrow(corrupt);
    }
    db.strings.setRange(c, 15, Uint8Array.of(0));
    expect(db.hyperLogLogs.count([c])).toBe(0);
  });
});

describe("merging", () => {
  test("the target has seen what all have, keeps its TTL, and is to be counted anew", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    db.hyperLogLogs.add(a, elements(10));
    db.keys.expire(a, FAR_FUTURE_MS);
    db.hyperLogLogs.add(b, elements(10, 5));
    const source = stringOf(db, b);
    db.hyperLogLogs.count([a]);
    const changed = watch(db);
    db.hyperLogLogs.merge(a, [b, c]);
    expect(changed).toEqual(["a"]);
    expect(isCounted(db, a)).toBe(false);
    expect(db.hyperLogLogs.count([a])).toBe(15);
    expect(db.keys.expireAt(a)).toBe(FAR_FUTURE_MS);
    expect(stringOf(db, b)).toEqual(source);
    expect(db.hyperLogLogs.find(a)!.encoding).toBe("sparse");
  });

  test("a target that is missing becomes one, of no sources an empty one", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    db.hyperLogLogs.merge(a, []);
    expect(db.hyperLogLogs.count([a])).toBe(0);
    db.hyperLogLogs.add(b, elements(7));
    db.hyperLogLogs.merge(c, [b]);
    expect(db.hyperLogLogs.count([c])).toBe(7);
  });

  test("one that is dense makes the target dense, and so does the limit", async () => {
    await using ledis = await openLedis({ hllSparseBytesMax: 100 });
    const { db } = ledis;
    db.hyperLogLogs.add(a, elements(3));
    db.hyperLogLogs.add(b, elements(3, 3));
    db.hyperLogLogs.makeDense(b);
    db.hyperLogLogs.merge(a, [b]);
    expect(db.hyperLogLogs.find(a)!.encoding).toBe("dense");
    expect(db.hyperLogLogs.count([a])).toBe(6);
    for (let i = 0; i < 5; i++) db.hyperLogLogs.add(fromText(`part ${i}`), elements(20, i * 20));
    const parts = [0, 1, 2, 3, 4].map((i) => fromText(`part ${i}`));
    expect(parts.map((part) => db.hyperLogLogs.find(part)!.encoding)).not.toContain("dense");
    const together = db.hyperLogLogs.count(parts);
    db.hyperLogLogs.merge(c, parts);
    expect(db.hyperLogLogs.find(c)!.encoding).toBe("dense");
    expect(db.hyperLogLogs.count([c])).toBe(together);
  });

  test("refuses what is none or corrupt, as target and as source, and changes nothing", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    putNone(db);
    db.hyperLogLogs.add(a, elements(1));
    const string = putCorrupt(db, c);
    const changed = watch(db);
    for (const [other, error] of [
      [text, notOne],
      [list, wrongType],
      [c, corrupt],
    ] as const) {
      expect(() => db.hyperLogLogs.merge(a, [other])).toThrow(error);
      expect(() => db.hyperLogLogs.merge(other, [a])).toThrow(error);
      expect(() => db.hyperLogLogs.merge(b, [a, other])).toThrow(error);
    }
    expect(stringOf(db, c)).toEqual(string);
    expect(stringOf(db, b)).toBeNull();
    expect(changed).toEqual([]);
  });
});

describe("making dense", () => {
  test("changes the encoding once, and neither what was seen nor the TTL nor the number", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    expect(db.hyperLogLogs.makeDense(a)).toBe(false);
    expect(db.hyperLogLogs.find(a)).toBeNull();
    db.hyperLogLogs.add(a, elements(9));
    db.hyperLogLogs.count([a]);
    db.keys.expire(a, FAR_FUTURE_MS);
    expect(db.hyperLogLogs.makeDense(a)).toBe(true);
    expect(db.hyperLogLogs.makeDense(a)).toBe(false);
    expect(isCounted(db, a)).toBe(true);
    expect(db.keys.expireAt(a)).toBe(FAR_FUTURE_MS);
    expect(db.hyperLogLogs.add(a, elements(9))).toBe(false);
    putCorrupt(db, c);
    expect(() => db.hyperLogLogs.makeDense(c)).toThrow(corrupt);
  });
});

test("what was stored is there after a restart, byte for byte", async () => {
  await using ledis = await openLedis();
  ledis.db.hyperLogLogs.add(a, elements(200));
  ledis.db.hyperLogLogs.count([a]);
  ledis.db.hyperLogLogs.merge(b, [a]);
  ledis.db.hyperLogLogs.makeDense(b);
  const before = [a, b].map((key) => stringOf(ledis.db, key));
  await ledis.reopen();
  expect([a, b].map((key) => stringOf(ledis.db, key))).toEqual(before);
  await ledis.reopen({ save: true });
  expect([a, b].map((key) => stringOf(ledis.db, key))).toEqual(before);
});
