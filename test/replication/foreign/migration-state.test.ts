import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import {
  beginFilling,
  forgetMigration,
  readState,
  writeState,
} from "../../../src/replication/foreign/migration-state.ts";
import { openLedis } from "../../support/open-ledis.ts";

test("the state is kept over a restart, and forgotten when asked to", async () => {
  await using test = await openLedis();
  const notes = () => ForeignDatabases.seen(test.ledis).notes;
  expect(readState(notes())).toBeNull();
  const state = { master: "[::1]:6380", place: "3 1806" };
  writeState(notes(), state);
  await test.reopen();
  expect(readState(notes())).toEqual(state);
  forgetMigration(test.ledis);
  expect(readState(notes())).toBeNull();
});

test("forgetting empties what was being filled, and writes nothing where nothing was", async () => {
  await using test = await openLedis();
  forgetMigration(test.ledis);
  await test.commit();
  expect(test.ledis.keyspace.history.files()).toHaveLength(1);
  const before = test.ledis.keyspace.position;
  forgetMigration(test.ledis);
  await test.commit();
  expect(test.ledis.keyspace.position).toEqual(before);
  const key = fromText("k");
  beginFilling(test.ledis).at(2).strings.set(key, key);
  await test.reopen();
  forgetMigration(test.ledis);
  expect(ForeignDatabases.hidden(test.ledis).at(2).strings.get(key)).toBeNull();
});
