import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const [A, B] = [fromText("a"), fromText("b")];

function textOf({ ledis }: TestLedis, database: number, key: Uint8Array): string | null {
  const value = ledis.select(database).strings.get(key);
  return value === null ? null : toText(value);
}

test("hidden databases are seen by nobody until they are installed, all in one turn", async () => {
  await using test = await openLedis();
  for (const number of [0, 3]) test.ledis.select(number).strings.set(A, fromText("old"));
  const hidden = ForeignDatabases.hidden(test.ledis);
  hidden.at(0).strings.set(A, fromText("new"));
  hidden.at(15).strings.set(B, fromText("new"));
  hidden.notes.strings.set(A, fromText("note"));
  await test.reopen();
  expect([textOf(test, 0, A), textOf(test, 15, B)]).toEqual(["old", null]);
  ForeignDatabases.hidden(test.ledis).install();
  await test.reopen();
  expect([0, 3, 15].map((number) => textOf(test, number, A))).toEqual(["new", null, null]);
  expect(textOf(test, 15, B)).toBe("new");
  const seen = ForeignDatabases.seen(test.ledis);
  expect(toText(seen.notes.strings.get(A)!)).toBe("note");
  const again = ForeignDatabases.hidden(test.ledis);
  expect([again.at(0), again.at(15), again.notes].map((db) => db.strings.get(A))).toEqual([
    null,
    null,
    null,
  ]);
});

test("also those behind the sixteenth are hidden and installed, and too few are told of", async () => {
  await using many = await openLedis({ databases: 20 });
  many.ledis.select(18).strings.set(A, A);
  const hidden = ForeignDatabases.hidden(many.ledis);
  for (const number of [15, 16, 19]) hidden.at(number).strings.set(B, fromText(`${number}`));
  hidden.install();
  expect(textOf(many, 18, A)).toBeNull();
  expect([15, 16, 19].map((number) => textOf(many, number, B))).toEqual(["15", "16", "19"]);
  expect(ForeignDatabases.seen(many.ledis).notes.strings.get(B)).toBeNull();
  await using few = await openLedis({ databases: 4 });
  expect(() => ForeignDatabases.seen(few.ledis).at(4)).toThrow("raise databases");
});
