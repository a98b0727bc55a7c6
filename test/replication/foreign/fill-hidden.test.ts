import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { fillHidden } from "../../../src/replication/foreign/fill-hidden.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { readState } from "../../../src/replication/foreign/migration-state.ts";
import { writeTurn } from "../../../src/replication/foreign/write-turn.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const KEY = fromText("k");
const LIBRARIES = new Map([["mylib", fromText("code")]]);
const kept = ({ db }: TestLedis): string => toText(db.strings.get(KEY)!);
const stateOf = ({ ledis }: TestLedis) => readState(ForeignDatabases.seen(ledis).notes);

function filling(test: TestLedis, refusal: string | null) {
  const progress = { ledis: test.ledis, isStopped: () => false };
  const options = { ...progress, master: "m:1", refusalOf: () => Promise.resolve(refusal) };
  const seen: string[] = [];
  const filled = fillHidden(
    options,
    async (hidden) => {
      await writeTurn(progress, () => hidden.at(0).strings.set(KEY, fromText("new")));
      seen.push(kept(test));
      return { place: 7, records: 1, libraries: LIBRARIES };
    },
    (place) => `at ${place}`,
  );
  return { filled, seen };
}

test("what was filled takes the place of what was there, with the place in the same turn", async () => {
  await using test = await openLedis();
  test.db.strings.set(KEY, fromText("old"));
  test.ledis.libraries.put("other", fromText("old code"));
  const { filled, seen } = filling(test, null);
  expect(await filled).toEqual({ place: 7, records: 1, libraries: LIBRARIES });
  expect(seen).toEqual(["old"]);
  await test.reopen();
  expect(kept(test)).toBe("new");
  expect(Array.from(test.ledis.libraries.all(), ({ name }) => name)).toEqual(["mylib"]);
  expect(stateOf(test)).toEqual({ master: "m:1", place: "at 7" });
});

test("a refused copy changes nothing", async () => {
  await using test = await openLedis();
  test.db.strings.set(KEY, fromText("old"));
  expect(await filling(test, "too few").filled.catch(String)).toBe("LinkError: too few");
  expect([kept(test), stateOf(test)]).toEqual(["old", null]);
});
