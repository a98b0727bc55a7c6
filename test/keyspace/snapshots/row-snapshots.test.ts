import { expect, test } from "bun:test";
import { copyBytes, fromMapKey, mapKey } from "../../../src/bytes/bytes.ts";
import type { Keyspace } from "../../../src/keyspace/keyspace.ts";
import { KIND_HASH, RowKey } from "../../../src/keyspace/rows/row-key.ts";
import { RowValue } from "../../../src/keyspace/rows/row-value.ts";
import type { RowSnapshot } from "../../../src/keyspace/snapshots/row-snapshots.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { openTestKeyspace, Rows } from "../../support/test-keyspace.ts";

const ID = 7;
const element = (rest: string): RowKey => new RowKey().element(KIND_HASH, ID, fromMapKey(rest));

async function take(keyspace: Keyspace, ids = [ID]): Promise<RowSnapshot> {
  await keyspace.rowSnapshots.reserve();
  return keyspace.rowSnapshots.take(ids);
}

function get(snapshot: RowSnapshot, rest: string): string | null {
  const value = new RowValue();
  if (!snapshot.get(element(rest), value)) return null;
  return mapKey(value.buffer.subarray(value.start, value.end));
}

function all(snapshot: RowSnapshot, reverse = false): string {
  const walk = snapshot.range(copyBytes(element("").view()), null, reverse);
  let found = "";
  while (walk.next()) found += `${mapKey(walk.key.subarray(7))}=${mapKey(walk.value)} `;
  return found;
}

test("a snapshot stays as it was, whatever is written, flushed and forgotten afterwards", async () => {
  using directory = temporaryDirectory();
  const keyspace = await openTestKeyspace(directory.path, { cacheBytes: 0 });
  const rows = new Rows(keyspace);
  const put = (texts: Record<string, string>) => {
    for (const [rest, text] of Object.entries(texts)) rows.put(KIND_HASH, ID, rest, text);
    keyspace.endTurn();
  };
  put({ a: "1", b: "1", c: "1" });
  await keyspace.flush();
  put({ b: "2", d: "2" });
  rows.remove(KIND_HASH, ID, "a");
  keyspace.endTurn();
  const first = await take(keyspace);
  put({ a: "3", b: "3", e: "3" });
  const second = await take(keyspace);
  for (const text of ["4", "5", "6"]) {
    put({ a: text, b: text, c: text, d: text, e: text });
    await keyspace.flush();
  }
  expect(all(first)).toBe("b=2 c=1 d=2 ");
  await first.order(KIND_HASH, ID);
  expect(all(first, true)).toBe("d=2 c=1 b=2 ");
  expect(all(second)).toBe("a=3 b=3 c=1 d=2 e=3 ");
  expect([get(first, "a"), get(first, "b"), get(first, "c")]).toEqual([null, "2", "1"]);
  expect(get(second, "a")).toBe("3");
  expect(rows.element(KIND_HASH, ID, "a")).toBe("6");
  first.close();
  first.close();
  second.close();
  expect(keyspace.rowSnapshots.count).toBe(0);
  await keyspace.checkpoint();
  await keyspace.close();
});

test("only a collection that was written a short while ago has something frozen for it", async () => {
  using directory = temporaryDirectory();
  const keyspace = await openTestKeyspace(directory.path);
  const rows = new Rows(keyspace);
  rows.put(KIND_HASH, ID, "a", "1");
  keyspace.endTurn();
  (await take(keyspace, [ID + 1])).close();
  expect(keyspace.stats().memtableRows).toBe(1);
  (await take(keyspace)).close();
  expect(keyspace.stats().memtableRows).toBe(0);
  await keyspace.close();
});

test("there are so many at a time; the next one waits for one of them to end", async () => {
  using directory = temporaryDirectory();
  const keyspace = await openTestKeyspace(directory.path);
  const open = await Promise.all(Array.from({ length: 16 }, () => take(keyspace)));
  let taken = 0;
  const waiting = [take(keyspace), take(keyspace)].map((promise) =>
    promise.then((snapshot) => {
      taken++;
      return snapshot;
    }),
  );
  await Bun.sleep(1);
  expect(taken).toBe(0);
  open[0]!.close();
  (await waiting[0]!).close();
  (await waiting[1]!).close();
  expect(taken).toBe(2);
  for (const snapshot of open) snapshot.close();
  await keyspace.close();
});

test("the keyspace may be closed while snapshots are open", async () => {
  using directory = temporaryDirectory();
  const keyspace = await openTestKeyspace(directory.path);
  const snapshot = await take(keyspace);
  await keyspace.close();
  snapshot.close();
  expect(() => keyspace.rowSnapshots.take([ID])).toThrow("closed");
});
