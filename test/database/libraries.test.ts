import { expect, test } from "bun:test";
import { fromText, toText } from "../../src/bytes/bytes.ts";
import { keepLog } from "../support/keep-log.ts";
import { openLedis, type TestLedis } from "../support/open-ledis.ts";

keepLog();

const shown = ({ ledis }: TestLedis) =>
  Array.from(ledis.libraries.all(), ({ name, code }) => [name, toText(code)]);

test("libraries are kept by name, over restarts from the log and from SQLite", async () => {
  await using test = await openLedis();
  expect([test.ledis.libraries.version, shown(test)]).toEqual([0, []]);
  test.ledis.libraries.put("b", fromText("code of b"));
  test.ledis.libraries.put("a", fromText("old"));
  test.ledis.libraries.put("a", fromText("x".repeat(100_000)));
  const all = [
    ["a", "x".repeat(100_000)],
    ["b", "code of b"],
  ];
  expect(shown(test)).toEqual(all);
  const { version } = test.ledis.libraries;
  for (const save of [false, true]) {
    await test.reopen({ save });
    expect([shown(test), test.ledis.libraries.version]).toEqual([all, version]);
  }
  test.ledis.flushAll();
  test.ledis.libraries.delete("a");
  expect(shown(test)).toEqual([["b", "code of b"]]);
  await test.reopen({ save: true });
  expect(shown(test)).toEqual([["b", "code of b"]]);
});

test("every change has a version of its own, and an undone one leads back", async () => {
  await using test = await openLedis();
  const { libraries, keyspace } = test.ledis;
  libraries.put("a", fromText("1"));
  await test.commit();
  const before = libraries.version;
  const versions = [before];
  for (let i = 0; i < 3; i++) {
    libraries.put("a", fromText(`${i}`));
    versions.push(libraries.version);
    keyspace.abortTurn();
    expect([libraries.version, shown(test)]).toEqual([before, [["a", "1"]]]);
  }
  expect(new Set(versions).size).toBe(4);
});

test("all are replaced at once", async () => {
  await using test = await openLedis();
  const { libraries } = test.ledis;
  libraries.put("a", fromText("1"));
  libraries.put("b", fromText("2"));
  libraries.replace(new Map([["b", fromText("3")]]));
  expect(shown(test)).toEqual([["b", "3"]]);
});
