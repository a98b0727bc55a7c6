import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { copyBytes, fromText } from "../../../src/bytes/bytes.ts";
import { exportRdb } from "../../../src/cli/data/rdb-export.ts";
import { importRdb } from "../../../src/cli/data/rdb-import.ts";
import {
  digestOf,
  setAllTypes,
  setKeys,
  temporaryPaths,
  withLedis,
} from "../../support/offline-data.ts";

const LIBRARY = fromText(`#!lua name=lib\n${"--".repeat(50_000)}`);

const ignore = () => {};

test("what is written and read again is the same: all types, TTLs and databases", async () => {
  using paths = temporaryPaths();
  const [from, file, to] = [paths.of("from"), paths.of("dump.rdb"), paths.of("to")];
  await withLedis(from, async (ledis) => {
    await setAllTypes(ledis, 2000);
    const other = ledis.select(7);
    other.strings.set(fromText("ends"), fromText("12"), 4_102_444_800_000);
    other.strings.set(fromText("long"), new Uint8Array(300_000).fill(1));
    other.strings.set(fromText("has ended"), fromText("x"), 1);
    ledis.swap(1, 7);
    ledis.libraries.put("lib", LIBRARY);
    await ledis.committed();
  });
  let told = 0;
  const exported = await exportRdb(from, file, (keys) => {
    told = keys;
  });
  expect(exported).toEqual({ keys: 8, bitmaps: 1 });
  expect(told).toBe(8);
  const { keys, expired, skipped } = await importRdb(to, file, ignore);
  expect({ keys, expired, skipped: skipped.size }).toEqual({ keys: 8, expired: 0, skipped: 0 });
  await withLedis(from, (ledis) => {
    ledis.select(0).keys.remove(fromText("bitmap"));
  });
  expect(await digestOf(to)).toBe(await digestOf(from));
  await withLedis(to, (ledis) => {
    const stored = Array.from(ledis.libraries.all(), ({ name, code }) => [name, copyBytes(code)]);
    expect(stored).toEqual([["lib", LIBRARY]]);
  });
});

test("a file that cannot be written leaves none, and the directory as it was", async () => {
  using paths = temporaryPaths();
  const from = paths.of("from");
  await withLedis(from, (ledis) => setKeys(ledis, "a"));
  expect(exportRdb(from, paths.of("nosuch/dump.rdb"), ignore)).rejects.toThrow("ENOENT");
  const failure = new Error("nobody listens");
  const fail = () => {
    throw failure;
  };
  expect(exportRdb(from, paths.of("dump.rdb"), fail)).rejects.toBe(failure);
  expect(readdirSync(paths.of(""))).toEqual(["from"]);
  await withLedis(from, (ledis) => setKeys(ledis, "b"));
  expect(existsSync(paths.of("dump.rdb"))).toBe(false);
});
