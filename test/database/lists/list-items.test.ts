import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { ListItems, SEQ_END } from "../../../src/database/lists/list-items.ts";
import { openLedis } from "../../support/open-ledis.ts";

const ID = 7;

test("items are read up and down, in memory and from disk, up to the last sequence number", async () => {
  await using test = await openLedis();
  for (const reopens of [false, true]) {
    if (reopens) await test.reopen({ save: true });
    const items = new ListItems(test.db.collections, test.ledis.keyspace);
    const read = (seq: number, count: number, step: 1 | -1): string[] => {
      const found: string[] = [];
      items.each(
        ID,
        seq,
        count,
        step,
        (value, at) => found.push(`${mapKey(value.view())}@${at}`) > 0,
      );
      return found;
    };
    const seqs = Array.from({ length: 20 }, (_, i) => SEQ_END - 20 + i);
    if (!reopens) for (const [i, seq] of seqs.entries()) items.put(ID, seq, fromText(`${i}`));
    const all = seqs.map((seq, i) => `${i}@${seq}`);
    expect(read(SEQ_END - 20, 20, 1)).toEqual(all);
    expect(read(SEQ_END - 1, 20, -1)).toEqual(all.toReversed());
    expect(read(SEQ_END - 15, 10, 1)).toEqual(all.slice(5, 15));
  }
});

test("reading ends when the visitor has enough", async () => {
  await using test = await openLedis();
  const items = new ListItems(test.db.collections, test.ledis.keyspace);
  for (let seq = 0; seq < 10; seq++) items.put(ID, seq, fromText("x"));
  let visited = 0;
  items.each(ID, 0, 10, 1, () => ++visited < 3);
  expect(visited).toBe(3);
});

test("an item that should be there and is not is no empty value", async () => {
  await using test = await openLedis();
  const items = new ListItems(test.db.collections, test.ledis.keyspace);
  expect(() => items.get(ID, 5)).toThrow("list 7 has no item 5");
});
