import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { AclLog, type Refusal } from "../../../src/commands/acl/acl-log.ts";
import { useFakeClock } from "../../support/fake-clock.ts";

function refusal(object: string, other: Partial<Refusal> = {}): Refusal {
  const usual = { reason: "key", context: "toplevel", username: "bob", clientInfo: "1" } as const;
  return { ...usual, object: fromText(object), ...other };
}

const shown = (log: AclLog, count = 100) =>
  log.entries(count).map(({ object, count: times }) => `${toText(object)} ${times}`);

test("the same thing within a minute is one entry, the newest", () => {
  using clock = useFakeClock(0);
  const log = new AclLog(() => 10);
  log.add(refusal("a"));
  log.add(refusal("b"));
  clock.advance(60_000);
  log.add(refusal("a", { clientInfo: "2" }));
  expect(shown(log)).toEqual(["a 2", "b 1"]);
  expect(log.entries(1)[0]).toMatchObject({ timeMs: 60_000, clientInfo: "2" });
  clock.advance(60_001);
  log.add(refusal("a"));
  expect(shown(log)).toEqual(["a 1", "a 2", "b 1"]);
});

test("another reason, place or user is another entry", () => {
  const log = new AclLog(() => 10);
  const others: Partial<Refusal>[] = [
    { reason: "command" },
    { context: "lua" },
    { username: "eve" },
  ];
  for (const other of [{}, ...others]) log.add(refusal("a", other));
  expect(shown(log)).toEqual(["a 1", "a 1", "a 1", "a 1"]);
});

test("the oldest go; no more are answered than are asked for", () => {
  let most = 3;
  const log = new AclLog(() => most);
  for (const name of ["a", "b", "c", "d"]) log.add(refusal(name));
  expect(shown(log)).toEqual(["d 1", "c 1", "b 1"]);
  expect(shown(log, 1)).toEqual(["d 1"]);
  expect(shown(log, -1)).toEqual([]);
  most = 0;
  log.add(refusal("e"));
  expect(shown(log)).toEqual([]);
});

test("what is alike is looked for among the ten newest", () => {
  const log = new AclLog(() => 100);
  for (const name of "abcdefghijk") log.add(refusal(name));
  log.add(refusal("a"));
  log.add(refusal("k"));
  expect(shown(log, 2)).toEqual(["k 2", "a 1"]);
  log.clear();
  expect(shown(log)).toEqual([]);
});

test("long words are cut", () => {
  const log = new AclLog(() => 10);
  const long = "x".repeat(5000);
  log.add(refusal(long, { username: long, clientInfo: long }));
  const [entry] = log.entries(1);
  const shortened = long.slice(0, 4096);
  expect(entry).toMatchObject({ username: shortened, clientInfo: shortened });
  expect(toText(entry!.object)).toBe(shortened);
});
