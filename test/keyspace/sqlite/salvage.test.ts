import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { fromMapKey, fromText } from "../../../src/bytes/bytes.ts";
import { KIND_HASH, KIND_KEY } from "../../../src/keyspace/rows/row-key.ts";
import { salvageRows } from "../../../src/keyspace/sqlite/salvage.ts";
import { StoredRows } from "../../../src/keyspace/sqlite/stored-rows.ts";
import { temporaryPaths } from "../../support/offline-data.ts";
import { keyRowValue } from "../../support/test-rows.ts";

const PAGE = 4096;
const KEYS = 3000;

function makeFile(path: string): void {
  const rows = StoredRows.create(path, PAGE);
  rows.transaction(() => {
    for (let i = 0; i < KEYS; i++) {
      rows.put(KIND_KEY, 0, fromText(`key:${i}`), fromMapKey(keyRowValue("v".repeat(100))));
      rows.put(KIND_HASH, i, fromText("f"), fromText(`${i}`));
    }
  });
  rows.finish();
}

function salvaged(path: string, target: string) {
  const rows = StoredRows.create(target, PAGE);
  const result = salvageRows(path, rows);
  const keys = [...rows.keyRows()].length;
  rows.finish();
  return { ...result, keys };
}

test("of a sound file everything is taken", () => {
  using paths = temporaryPaths();
  makeFile(paths.of("a"));
  expect(salvaged(paths.of("a"), paths.of("b"))).toEqual({
    rowCount: 2 * KEYS,
    losses: [],
    keys: KEYS,
  });
});

test("damaged pages cost what was on them, and little more", () => {
  using paths = temporaryPaths();
  makeFile(paths.of("a"));
  const bytes = readFileSync(paths.of("a"));
  const pages = bytes.length / PAGE;
  // Leaves of the table of keys, by what is written on them; its last pages are leaves for certain.
  const leaves = [...Array(pages).keys()].filter((page) => {
    const text = bytes.subarray(page * PAGE, (page + 1) * PAGE).toString("latin1");
    return bytes[page * PAGE] === 10 && text.split("key:").length > 20;
  });
  expect(leaves.length).toBeGreaterThan(20);
  const broken = [leaves[3]!, leaves[12]!, leaves[leaves.length - 4]!];
  for (const page of broken) bytes.fill(0x5a, page * PAGE, (page + 1) * PAGE);
  writeFileSync(paths.of("a"), bytes);
  const { keys, losses } = salvaged(paths.of("a"), paths.of("b"));
  expect(losses).toEqual([expect.stringContaining("some of table keys: ")]);
  expect(keys).toBeLessThan(KEYS);
  expect(keys).toBeGreaterThan(KEYS - broken.length * 40);
});

test("a file that is none gives nothing, and says so", () => {
  using paths = temporaryPaths();
  writeFileSync(paths.of("a"), "x".repeat(5000));
  expect(salvaged(paths.of("a"), paths.of("b"))).toMatchObject({
    rowCount: 0,
    losses: [expect.stringContaining("everything: ")],
  });
});
