import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { concatBytes, fromText, mapKey } from "../../src/bytes/bytes.ts";
import { Crc64 } from "../../src/bytes/crc64.ts";
import { readRdbFile } from "../../src/rdb/rdb-file.ts";
import { contentOf } from "./redis-payloads.ts";

const limits = { valueBytesMax: 1 << 20 };
const redisFile = new Uint8Array(readFileSync(join(import.meta.dir, "redis-7.0.rdb")));

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Every record as plain data. */
async function recordsOf(bytes: Uint8Array, pieceBytes = 1 << 16, bounds = limits) {
  const records: unknown[] = [];
  for await (const record of readRdbFile(inPieces(bytes, pieceBytes), bounds)) {
    if (record.kind === "key") {
      const { key, value, bytes, ...rest } = record;
      expect(bytes).toBeGreaterThanOrEqual(key.length);
      records.push({ ...rest, key: mapKey(key), type: value.type, content: contentOf(value) });
    } else if (record.kind === "aux") {
      records.push({ kind: "aux", name: mapKey(record.name), value: mapKey(record.value) });
    } else if (record.kind === "library") {
      records.push({ ...record, code: mapKey(record.code) });
    } else if (record.kind === "skipped") {
      records.push({ ...record, key: record.key === null ? null : mapKey(record.key) });
    } else {
      records.push(record);
    }
  }
  return records as Record<string, unknown>[];
}

/** A file with a right checksum. */
function fileOf(version: string, ...codes: number[]): Uint8Array {
  const body = concatBytes(fromText(`REDIS${version}`), Uint8Array.from(codes), Uint8Array.of(255));
  const sum = new Uint8Array(8);
  new Crc64().update(body).write(sum, 0);
  return concatBytes(body, sum);
}

const failureOf = (bytes: Uint8Array, bounds = limits) => recordsOf(bytes, 7, bounds).catch(String);

describe("a file that Redis 7.0 has saved", () => {
  test("says who has made it, and ends with its checksum", async () => {
    const records = await recordsOf(redisFile);
    expect(records[0]).toEqual({ kind: "header", version: 10 });
    expect(records[1]).toEqual({ kind: "aux", name: "redis-ver", value: "7.0.15" });
    expect(records.at(-1)).toEqual({ kind: "end", isChecked: true });
  });

  test("holds keys of every type in several databases", async () => {
    const records = await recordsOf(redisFile);
    const keys = new Map(
      records.filter(({ kind }) => kind === "key").map((record) => [record["key"], record]),
    );
    expect([...keys.keys()].sort()).toEqual([
      "\x00\xff",
      "elsewhere",
      "hash",
      "list",
      "long",
      "number",
      "numbers",
      "set",
      "small hash",
      "small zset",
      "stream",
      "text",
      "with ttl",
      "zset",
    ]);
    expect(keys.get("elsewhere")).toMatchObject({ database: 3, content: "3", expireAtMs: 0 });
    expect(keys.get("with ttl")).toMatchObject({ database: 0, expireAtMs: 4_102_444_800_000 });
    expect(keys.get("zset")).toMatchObject({ type: "zset", expireAtMs: 4_102_444_800_000 });
    expect(keys.get("text")).toMatchObject({ idleSeconds: null, frequency: null, expireAtMs: 0 });
    expect(keys.get("long")).toMatchObject({ content: "compress me ".repeat(20) });
    expect(keys.get("small zset")).toMatchObject({
      content: [
        ["b", "-2"],
        ["a", "1.5"],
      ],
    });
    expect(records.filter(({ kind }) => kind === "size")).toEqual([
      { kind: "size", database: 0, keys: 13, ttls: 2 },
      { kind: "size", database: 3, keys: 1, ttls: 0 },
    ]);
  });

  test("has its functions", async () => {
    const records = await recordsOf(redisFile);
    const code = expect.stringMatching(/^#!lua name=/);
    expect(records.filter(({ kind }) => kind === "library")).toEqual([{ kind: "library", code }]);
  });

  test("reads the same in pieces of any size", async () => {
    const whole = await recordsOf(redisFile);
    for (const size of [1, 2, 7, 100, 1000]) {
      expect(await recordsOf(redisFile, size)).toEqual(whole);
    }
  });

  test("is refused when a byte of it is another one", async () => {
    for (let at = 0; at < redisFile.length; at++) {
      const damaged = redisFile.slice();
      damaged[at] = damaged[at]! ^ 4;
      expect(await recordsOf(damaged).catch(String)).toContain("RdbError: ");
    }
  });

  test("is refused when it is cut off", async () => {
    for (let end = 0; end < redisFile.length; end += 13) {
      const found = await recordsOf(redisFile.subarray(0, end)).catch(String);
      expect(found).toContain("RdbError: it ends too early, at byte ");
    }
  });
});

describe("what stands between keys", () => {
  test("goes with the next key only", async () => {
    const file = fileOf(
      "0009",
      254,
      2,
      253,
      1,
      0,
      0,
      0,
      248,
      5,
      0,
      1,
      97,
      1,
      98,
      249,
      7,
      0,
      1,
      99,
      0,
    );
    expect(await recordsOf(file)).toEqual([
      { kind: "header", version: 9 },
      key({ key: "a", content: "b", expireAtMs: 1000, idleSeconds: 5 }),
      key({ key: "c", content: "", frequency: 7 }),
      { kind: "end", isChecked: true },
    ]);
  });

  test("may tell of modules, functions and slots", async () => {
    const file = fileOf("0012", 247, 1, 2, 1, 5, 1, 97, 0, 245, 1, 97, 244, 1, 2, 3);
    expect(await recordsOf(file)).toEqual([
      { kind: "header", version: 12 },
      { kind: "skipped", what: "module", database: 0, key: null },
      { kind: "library", code: "a" },
      { kind: "end", isChecked: true },
    ]);
  });

  test("may not be functions of a Redis before 7.0", async () => {
    const file = fileOf("0010", 246, 1, 97, 1, 97, 0, 1, 97);
    expect(await recordsOf(file).catch(String)).toContain("functions of a Redis before 7.0");
  });

  function key(rest: object) {
    const notes = { expireAtMs: 0, idleSeconds: null, frequency: null };
    return { kind: "key", database: 2, ...notes, type: "string", ...rest };
  }
});

test("files without a checksum are read", async () => {
  const old = fileOf("0004", 0, 1, 97, 1, 98).slice(0, -8);
  expect((await recordsOf(old)).at(-1)).toEqual({ kind: "end", isChecked: false });
  const without = fileOf("0010", 0, 1, 97, 1, 98);
  without.fill(0, without.length - 8);
  expect((await recordsOf(without)).at(-1)).toEqual({ kind: "end", isChecked: false });
});

test("other files are refused, and newer ones", async () => {
  expect(await failureOf(fromText("SQLite format 3"))).toBe(
    "RdbError: this is no .rdb file, at byte 0",
  );
  expect(await failureOf(fromText("REDIS00x1..."))).toContain("this is no .rdb file");
  expect(await failureOf(fileOf("0013"))).toContain("it has version 13 of the format");
  expect(await failureOf(fileOf("0009", 99, 1, 97, 1))).toContain("values of type 99 are unknown");
});

test("a value beyond the limit is refused before it is all there", async () => {
  const file = fileOf("0009", 0, 1, 97, 0x80, 0, 1, 0, 0, ...Array<number>(65536).fill(1));
  expect(await failureOf(file, { valueBytesMax: 1000 })).toBe(
    "RdbError: a value is longer than 1000 bytes, at byte 9",
  );
  expect(await recordsOf(file)).toHaveLength(3);
});

test("the source is told when no more of it is wanted", async () => {
  let isClosed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (const byte of redisFile) yield Uint8Array.of(byte);
    } finally {
      isClosed = true;
    }
  }
  for await (const record of readRdbFile(source(), limits)) if (record.kind === "key") break;
  expect(isClosed).toBe(true);
});
