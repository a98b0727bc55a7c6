import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { Elements } from "../../../src/database/collections/elements.ts";
import { TYPE_SET } from "../../../src/keyspace/rows/key-row.ts";
import { KIND_SET } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis } from "../../support/open-ledis.ts";

test("elements are found and walked, now or in a snapshot", async () => {
  await using test = await openLedis();
  const { ledis, db } = test;
  const key = fromText("s");
  db.sets.add(key, ["a", "b", "c"].map(fromText));
  const { id } = db.collections.find(key, TYPE_SET)!;
  const moment = (await ledis.moments.take(() => ({ ids: [id] })))!;
  db.sets.remove(key, [fromText("b")]);
  const texts = (elements: Elements): string => {
    const walk = elements.walk(KIND_SET, id, { from: fromText("a"), to: fromText("c") });
    let found = "";
    while (walk.next()) found += mapKey(walk.rest);
    return found;
  };
  const then = new Elements(moment.snapshot);
  expect([texts(db.collections), texts(then)]).toEqual(["a", "ab"]);
  expect(db.collections.has(KIND_SET, id, fromText("b"))).toBe(false);
  expect(then.has(KIND_SET, id, fromText("b"))).toBe(true);
  expect(then.get(KIND_SET, id, fromText("b"))).toHaveLength(0);
  expect(then.get(KIND_SET, id, fromText("x"))).toBeNull();
  moment.snapshot.close();
});
