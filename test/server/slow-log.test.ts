import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { allCommands } from "../../src/commands/all.ts";
import { CommandTable } from "../../src/commands/table.ts";
import { Request } from "../../src/resp/request.ts";
import { SlowCommands } from "../../src/server/slow-log.ts";
import { useFakeClock } from "../support/fake-clock.ts";

const table = new CommandTable(allCommands);
const client = { address: "127.0.0.1:1234", name: "bob" };

function add(log: SlowCommands, words: readonly string[], durationUs = 1): void {
  const request = Request.of(words.map(fromText));
  log.add(table.byName(words[0]!)!, request, durationUs, client);
}

function wordsOf(log: SlowCommands): string[][] {
  return log.entries(-1).map(({ args }) => args.map(mapKey));
}

test("an entry has a number, the time, the duration, the words and the client", () => {
  using time = useFakeClock();
  time.set(1_700_000_000_999);
  const log = new SlowCommands(10);
  add(log, ["GET", "a"], 12.6);
  const [entry] = log.entries(-1);
  expect(entry).toMatchObject({
    id: 0,
    time: 1_700_000_000,
    durationUs: 13,
    address: "127.0.0.1:1234",
    clientName: "bob",
  });
  expect(wordsOf(log)).toEqual([["GET", "a"]]);
});

test("the newest comes first, and the oldest goes when the log is full", () => {
  const log = new SlowCommands(2);
  for (const key of ["a", "b", "c"]) add(log, ["GET", key]);
  expect(wordsOf(log)).toEqual([
    ["GET", "c"],
    ["GET", "b"],
  ]);
  expect(log.entries(1).map(({ id }) => id)).toEqual([2]);
  expect(log.entries(0)).toEqual([]);
});

test("a shorter length holds at once, 0 keeps nothing", () => {
  const log = new SlowCommands(3);
  for (const key of ["a", "b", "c"]) add(log, ["GET", key]);
  log.lengthMax = 1;
  expect(wordsOf(log)).toEqual([["GET", "c"]]);
  log.lengthMax = 0;
  add(log, ["GET", "d"]);
  expect(log.length).toBe(0);
});

test("numbers go on after the log was cleared", () => {
  const log = new SlowCommands(3);
  add(log, ["GET", "a"]);
  log.clear();
  add(log, ["GET", "b"]);
  expect(log.entries(-1).map(({ id }) => id)).toEqual([1]);
});

test("long and many words are cut as in Redis", () => {
  const log = new SlowCommands(3);
  add(log, ["MGET", ...Array.from({ length: 31 }, () => "k")]);
  expect(wordsOf(log)[0]).toHaveLength(32);
  add(log, ["MGET", ...Array.from({ length: 40 }, () => "k")]);
  expect(wordsOf(log)[0]).toHaveLength(32);
  expect(wordsOf(log)[0]!.at(-1)).toBe("... (10 more arguments)");
  add(log, ["GET", "x".repeat(128)]);
  expect(wordsOf(log)[0]![1]).toBe("x".repeat(128));
  add(log, ["GET", "x".repeat(130)]);
  expect(wordsOf(log)[0]![1]).toBe(`${"x".repeat(128)}... (2 more bytes)`);
});

test("passwords are not kept", () => {
  const log = new SlowCommands(3);
  add(log, ["AUTH", "secret"]);
  expect(wordsOf(log)).toEqual([["AUTH", "(redacted)"]]);
});
