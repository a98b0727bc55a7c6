import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { SnapshotReading } from "../../../src/database/collections/snapshot-reading.ts";
import { KIND_SET } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const members = Array.from({ length: 50 }, (_, i) => fromText(`${i + 100}`));

test("rows stay as they were until it is closed", async () => {
  await using test = await openLedis();
  const { sets } = test.db;
  sets.add(k, members);
  const reading = (await SnapshotReading.open(test.ledis.moments, () =>
    sets.inputs("union", [k]),
  ))!;
  sets.remove(k, members.slice(0, 30));
  await test.ledis.flush();
  const found: string[] = [];
  const { subject, rows } = reading;
  const walk = rows.walk(KIND_SET, subject.ids[0]!);
  while (walk.next()) found.push(mapKey(walk.rest));
  expect(found).toEqual(members.map(mapKey));
  expect([...sets.combined("union", subject, rows)].length).toBe(50);
  reading.close();
  expect(test.ledis.keyspace.rowSnapshots.count).toBe(0);
});

test("nothing to read, or a refusal, keeps no snapshot", async () => {
  await using test = await openLedis();
  const { moments, keyspace } = test.ledis;
  expect(await SnapshotReading.open(moments, () => null)).toBeNull();
  const refused = SnapshotReading.open(moments, () => {
    throw new Error("refused");
  });
  expect(await refused.catch(String)).toBe("Error: refused");
  expect(keyspace.rowSnapshots.count).toBe(0);
});
