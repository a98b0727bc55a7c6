import { expect, test } from "bun:test";
import { type Follower, refusalOf } from "../../src/replication/lost-master.ts";
import { FakeLog } from "../support/fake-log.ts";

const other = new Uint8Array(16).fill(9);
const follower: Follower = {
  history: new FakeLog(),
  isKnownMaster: true,
  isAllowed: false,
  holdsKeys: async () => true,
};

test("an empty copy of another history is refused for the keys of a known master", async () => {
  expect(await refusalOf({ keys: 0, historyId: other }, follower)).toContain("lost its data");
});

test("any other copy is taken", async () => {
  const empty = { keys: 0, historyId: other };
  expect(await refusalOf({ keys: 1, historyId: other }, follower)).toBeNull();
  expect(await refusalOf({ keys: 0, historyId: new FakeLog().id }, follower)).toBeNull();
  expect(await refusalOf(empty, { ...follower, isKnownMaster: false })).toBeNull();
  expect(await refusalOf(empty, { ...follower, isAllowed: true })).toBeNull();
  expect(await refusalOf(empty, { ...follower, holdsKeys: async () => false })).toBeNull();
});
