import { expect, test } from "bun:test";
import { concatBytes, fromMapKey, fromText, toText } from "../../../src/bytes/bytes.ts";
import { LogNames } from "../../../src/cli/binlog/log-names.ts";
import type { StoredNames } from "../../../src/keyspace/sqlite/stored-names.ts";
import { keyRowValue } from "../../support/test-rows.ts";
import { deleteEvent, putEvent, turnBytes } from "../../support/turn-bytes.ts";

function learn(names: LogNames, ...events: Uint8Array[]): void {
  const bytes = turnBytes(events);
  names.learn(bytes, 0, bytes.length);
}

const keyPut = (key: string, id: number) =>
  putEvent(
    concatBytes(Uint8Array.of(1, 0, 0, 0, 3), fromText(key)),
    fromMapKey(keyRowValue("", 0, id)),
  );

test("the log names databases and keys, the newest name counts", () => {
  const names = new LogNames(null);
  expect(names.databaseOf(3)).toBe(3);
  expect(names.databaseOf(65536)).toBeNull();
  expect(names.keyOf(9)).toBeNull();
  const space = concatBytes(Uint8Array.of(0, 0, 0, 0, 3), fromText("space"));
  learn(names, keyPut("a", 9), putEvent(space, Uint8Array.of(0, 1, 0, 0)), deleteEvent(space));
  expect(names.databaseOf(65536)).toBe(3);
  learn(names, keyPut("b", 9));
  expect(toText(names.keyOf(9)!.key)).toBe("b");
});

test("only so many names are kept, the latest", () => {
  const names = new LogNames(null, 2);
  learn(names, keyPut("a", 1), keyPut("b", 2), keyPut("a", 1), keyPut("c", 3));
  expect([1, 2, 3].map((id) => names.keyOf(id) !== null)).toEqual([true, false, true]);
});

test("what the log does not say is asked for, once", () => {
  let asked = 0;
  const stored = {
    spaces: (onSpace: (space: number, database: number) => void) => {
      asked++;
      onSpace(70000, 5);
    },
    collections: (onKey: (id: number, key: { space: number; key: Uint8Array }) => boolean) => {
      asked++;
      onKey(8, { space: 0, key: fromText("stored") });
    },
  } as unknown as StoredNames;
  const names = new LogNames(stored);
  expect([names.databaseOf(70000), names.databaseOf(70001)]).toEqual([5, null]);
  expect([names.keyOf(8)?.space, names.keyOf(10)]).toEqual([0, null]);
  expect(asked).toBe(2);
});
