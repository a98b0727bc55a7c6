import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { LegacyDatabases } from "../../../src/replication/legacy/legacy-databases.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const [A, B] = [fromText("a"), fromText("b")];

function textOf({ ledis }: TestLedis, database: number, key: Uint8Array): string | null {
  const value = ledis.select(database).strings.get(key);
  return value === null ? null : toText(value);
}

test("hidden databases are seen by nobody until they are installed, all in one turn", async () => {
  await using test = await openLedis();
  for (const number of [0, 3]) test.ledis.select(number).strings.set(A, fromText("old"));
  const hidden = LegacyDatabases.hidden(test.ledis);
  hidden.at(0).strings.set(A, fromText("new"));
  hidden.at(15).strings.set(B, fromText("new"));
  hidden.notes.strings.set(A, fromText("note"));
  await test.reopen();
  expect([textOf(test, 0, A), textOf(test, 15, B)]).toEqual(["old", null]);
  LegacyDatabases.hidden(test.ledis).install();
  await test.reopen();
  expect([0, 3, 15].map((number) => textOf(test, number, A))).toEqual(["new", null, null]);
  expect(textOf(test, 15, B)).toBe("new");
  const seen = LegacyDatabases.seen(test.ledis);
  expect(toText(seen.notes.strings.get(A)!)).toBe("note");
  const again = LegacyDatabases.hidden(test.ledis);
  expect([again.at(0), again.at(15), again.notes].map((db) => db.strings.get(A))).toEqual([
    null,
    null,
    null,
  ]);
});

test("databases beyond those of v0.1 are emptied, and too few are told of", async () => {
  await using many = await openLedis({ databases: 20 });
  many.ledis.select(18).strings.set(A, A);
  LegacyDatabases.hidden(many.ledis).install();
  expect(textOf(many, 18, A)).toBeNull();
  await using few = await openLedis({ databases: 4 });
  expect(() => LegacyDatabases.seen(few.ledis).at(4)).toThrow("raise databases");
});
