import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mapKey } from "../../../src/bytes/bytes.ts";
import { DumpReader } from "../../../src/replication/legacy/dump-reader.ts";
import { FakeLedisDB } from "../../support/fake-ledisdb.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function read(path: string): Promise<[key: string, value: string][]> {
  const reader = await DumpReader.open(path);
  try {
    const all: [string, string][] = [];
    for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
      expect(batch.length).toBeGreaterThan(0);
      expect(batch.length).toBeLessThanOrEqual(128);
      for (const { key, value } of batch) all.push([mapKey(key), mapKey(value)]);
    }
    return all;
  } finally {
    await reader.close();
  }
}

test("a captured dump is read", async () => {
  const path = join(import.meta.dir, "captured/fullsync.dump");
  const reader = await DumpReader.open(path);
  expect(reader.place).toEqual({ number: 1, position: 3152 });
  await reader.close();
  const records = await read(path);
  expect(records).toHaveLength(23);
  expect(records.slice(0, 3)).toEqual([
    ["\0\x01big", "abcd".repeat(500)],
    ["\0\x01empty", ""],
    ["\0\x01k1", "v1"],
  ]);
  expect(records.at(-1)).toEqual(["bit\0\0", "\0\0\0\0\n\0\0\0"]);
});

test("records longer than a piece, and many of them, come whole and in batches", async () => {
  using directory = temporaryDirectory();
  using master = new FakeLedisDB();
  const path = join(directory.path, "dump");
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
  const long = mapKey(Buffer.concat([random, random, random, random, random]));
  master.set(0, "long", long);
  for (let i = 0; i < 3000; i++) master.set(1, `k${i}`, `${i}`.repeat(i % 50));
  writeFileSync(path, master.dump());
  const records = await read(path);
  expect(records).toHaveLength(3001);
  expect(records[0]).toEqual(["\0\x01long", long]);
});

test("a dump that is cut off anywhere but behind a record is refused, and so are damaged blocks", async () => {
  using directory = temporaryDirectory();
  using master = new FakeLedisDB();
  const path = join(directory.path, "dump");
  master.set(0, "a", "value");
  const dump = master.dump();
  for (let length = 0; length < dump.length; length++) {
    if (length === 16) continue;
    writeFileSync(path, dump.subarray(0, length));
    const outcome = await read(path).catch(String);
    expect([length, `${outcome}`]).toEqual([
      length,
      length < 16
        ? "LinkError: the master's answer is too short"
        : "LinkError: the master's dump ends within a record",
    ]);
  }
  writeFileSync(path, Buffer.from(dump).fill(0xff, 18, 20));
  expect(`${await read(path).catch(String)}`).toContain("is damaged");
});
