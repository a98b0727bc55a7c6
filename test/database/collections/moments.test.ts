import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const [f, v, w] = ["field", "value", "other"].map(fromText) as [Uint8Array, Uint8Array, Uint8Array];

test("a moment is the end of the turn: what the turn wrote is in it, what comes later is not", async () => {
  await using test = await openLedis();
  const { ledis, db } = test;
  db.hashes.set(k, [f, v]);
  const promise = ledis.moments.take(() => {
    const { id, size } = db.hashes.listing(k) === null ? never() : db.collections.find(k, 2)!;
    return { ids: [id], size };
  });
  db.hashes.set(k, [w, v]);
  const moment = (await promise)!;
  expect(moment.subject.size).toBe(2);
  moment.snapshot.close();
});

test("nothing is held when there is nothing to look at, or looking fails", async () => {
  await using test = await openLedis();
  const { moments, keyspace } = test.ledis;
  for (let i = 0; i < 40; i++) {
    expect(await moments.take(() => null)).toBeNull();
    const failure = await moments.take(() => never()).catch(String);
    expect(failure).toBe("Error: never");
  }
  expect(keyspace.rowSnapshots.count).toBe(0);
});

test("looking may remove an expired key: the moment is the end of that turn", async () => {
  using time = useFakeClock(1000);
  await using test = await openLedis();
  const { ledis, db } = test;
  db.hashes.set(k, [f, v]);
  db.keys.expire(k, 2000);
  await test.commit();
  time.set(3000);
  let looks = 0;
  const moment = await ledis.moments.take(() => {
    looks++;
    return db.hashes.listing(k) === null ? null : never();
  });
  expect(moment).toBeNull();
  expect(looks).toBe(2);
});

function never(): never {
  throw new Error("never");
}
