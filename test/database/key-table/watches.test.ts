import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { StorageError } from "../../../src/errors.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const [A, B] = [fromText("a"), fromText("b")];
const VALUE = fromText("x");

function watch({ ledis, db }: TestLedis, ...keys: Uint8Array[]) {
  const watch = ledis.watches.open();
  for (const key of keys) watch.add(db.table, key);
  return watch;
}

test("a write to a watched key breaks the watch, one to another key does not", async () => {
  await using test = await openLedis();
  const watched = watch(test, A);
  test.db.strings.set(B, VALUE);
  expect(watched.isBroken).toBe(false);
  test.db.strings.set(A, VALUE);
  expect(watched.isBroken).toBe(true);
  watched.clear();
  expect(watched.isBroken).toBe(false);
  test.db.strings.set(A, VALUE);
  expect(watched.isBroken).toBe(false);
});

test("a write that was taken back by another one breaks it all the same", async () => {
  await using test = await openLedis();
  const watched = watch(test, A);
  test.db.strings.set(A, VALUE);
  test.db.keys.remove(A);
  expect(watched.isBroken).toBe(true);
});

test("several watch the same key, one of them twice; each is told once", async () => {
  await using test = await openLedis();
  const [first, second] = [watch(test, A, A), watch(test, A, B)];
  const { bytes } = first;
  expect(bytes).toBeLessThan(second.bytes);
  test.db.strings.set(A, VALUE);
  expect([first.isBroken, second.isBroken]).toEqual([true, true]);
  expect(first.bytes).toBe(0);
  first.add(test.db.table, B);
  expect(first.bytes).toBe(0);
});

test("a key that expires breaks it, whoever notices; one that had expired before does not", async () => {
  using time = useFakeClock(1_000_000);
  await using test = await openLedis();
  test.ledis.expiry.stop();
  test.db.strings.set(A, VALUE, 1_000_100);
  const [early, other] = [watch(test, A), watch(test, A)];
  time.advance(100);
  expect(early.wasBroken).toBe(false);
  expect(early.isBroken).toBe(true);
  const late = watch(test, A);
  expect(other.wasBroken).toBe(true);
  expect(test.db.strings.get(A)).toBeNull();
  expect(late.isBroken).toBe(false);
  test.db.strings.set(A, VALUE);
  expect(late.isBroken).toBe(true);
});

test("a flush breaks only what watches keys that were there", async () => {
  await using test = await openLedis();
  test.db.strings.set(A, VALUE);
  const [there, missing] = [watch(test, A), watch(test, B)];
  test.db.clear();
  expect([there.isBroken, missing.isBroken]).toEqual([true, false]);
});

test("a swap breaks what watches keys that were there, or are there now", async () => {
  await using test = await openLedis();
  test.db.strings.set(A, VALUE);
  test.ledis.select(1).strings.set(B, VALUE);
  const watches = [watch(test, A), watch(test, B), watch(test, fromText("c"))];
  test.ledis.swap(0, 0);
  expect(watches.map(({ isBroken }) => isBroken)).toEqual([false, false, false]);
  test.ledis.swap(0, 1);
  expect(watches.map(({ isBroken }) => isBroken)).toEqual([true, true, false]);
});

test("a key that a swap brings expired is as one that is not there", async () => {
  using time = useFakeClock(1_000_000);
  await using test = await openLedis();
  test.ledis.expiry.stop();
  test.ledis.select(1).strings.set(A, VALUE, 1_000_100);
  const watched = watch(test, A);
  time.advance(100);
  test.ledis.swap(0, 1);
  expect(watched.isBroken).toBe(false);
});

test("what was watched in a turn that failed is broken: it was not true", async () => {
  await using test = await openLedis();
  const before = watch(test, B);
  await test.commit();
  test.db.strings.set(A, VALUE);
  const within = watch(test, A);
  test.ledis.turns.breakTurn(new StorageError("disk full"));
  await test.ledis.committed().catch(() => {});
  expect([before.isBroken, within.isBroken]).toEqual([false, true]);
});
