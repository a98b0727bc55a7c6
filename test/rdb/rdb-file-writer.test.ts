import { expect, test } from "bun:test";
import {
  type Bytes,
  concatBytes,
  copyBytes,
  fromText,
  mapKey,
  toText,
} from "../../src/bytes/bytes.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { readRdbFile } from "../../src/rdb/rdb-file.ts";
import { RdbFileWriter } from "../../src/rdb/rdb-file-writer.ts";
import { RDB_LIST, RDB_STRING } from "../../src/rdb/rdb-types.ts";
import { RdbFullError } from "../../src/rdb/rdb-writer.ts";
import { contentOf } from "./redis-payloads.ts";

function fileOf(use: (writer: RdbFileWriter) => void): Bytes {
  const pieces: Bytes[] = [];
  const writer = new RdbFileWriter(1000, (piece) => pieces.push(copyBytes(piece)));
  use(writer);
  writer.end();
  return concatBytes(...pieces);
}

async function recordsOf(file: Bytes): Promise<unknown[]> {
  const source = (async function* () {
    yield file;
  })();
  const records: unknown[] = [];
  for await (const record of readRdbFile(source, { valueBytesMax: 1 << 20 })) {
    if (record.kind === "key") {
      const { database, key, expireAtMs, value } = record;
      records.push([database, mapKey(key), expireAtMs, contentOf(value)]);
    } else if (record.kind === "aux") {
      records.push([toText(record.name), toText(record.value)]);
    } else if (record.kind === "library") {
      records.push(["library", toText(record.code)]);
    } else {
      records.push(record);
    }
  }
  return records;
}

const value = (writer: { string(bytes: Bytes): void }) => writer.string(fromText("value"));

test("what is written is read, and its checksum is right", async () => {
  const file = fileOf((writer) => {
    writer.aux("ledis-ver", "1.2.3");
    writer.library(fromText("#!lua name=lib"));
    writer.database(0, 2, 1);
    writer.key({ key: fromText("a"), expireAtMs: 0, rdbType: RDB_STRING }, value);
    writer.key({ key: fromText("b"), expireAtMs: 4_102_444_800_000, rdbType: RDB_LIST }, (list) => {
      list.length(2);
      for (const item of ["x", "12"]) list.string(fromText(item));
    });
    writer.database(70, 1, 0);
    writer.key({ key: fromText("1"), expireAtMs: 0, rdbType: RDB_STRING }, value);
  });
  expect(await recordsOf(file)).toEqual([
    { kind: "header", version: 8 },
    ["ledis-ver", "1.2.3"],
    ["library", "#!lua name=lib"],
    { kind: "size", database: 0, keys: 2, ttls: 1 },
    [0, "a", 0, "value"],
    [0, "b", 4_102_444_800_000, ["x", "12"]],
    { kind: "size", database: 70, keys: 1, ttls: 0 },
    [70, "1", 0, "value"],
    { kind: "end", isChecked: true },
  ]);
  file[file.length - 12]! ^= 1;
  expect(recordsOf(file)).rejects.toThrow(RdbError);
});

test("a part that has to be kept and is longer than the limit is refused", () => {
  expect(() =>
    fileOf((writer) =>
      writer.key({ key: fromText("a"), expireAtMs: 0, rdbType: RDB_STRING }, (whole) => {
        whole.part().raw(new Uint8Array(2000));
      }),
    ),
  ).toThrow(RdbFullError);
});
