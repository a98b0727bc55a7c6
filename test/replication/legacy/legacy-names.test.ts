import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { log } from "../../../src/log.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { LegacyNames } from "../../../src/replication/legacy/legacy-names.ts";
import { openLedis } from "../../support/open-ledis.ts";

test("the first type has the name, the others get one of their own, and keep it", async () => {
  const { sink } = log;
  const lines: string[] = [];
  log.sink = (line) => void lines.push(line);
  try {
    await using test = await openLedis();
    const databases = ForeignDatabases.seen(test.ledis);
    const names = new LegacyNames(databases);
    const a = fromText("a");
    const name = (type: 1 | 2 | 4) => toText(names.forWrite(0, type, a));
    expect(name(1)).toBe("a");
    expect(names.find(0, 1, a)).toBeNull();
    test.db.strings.set(a, fromText("1"));
    expect(toText(names.find(0, 1, a)!)).toBe("a");
    expect(name(2)).toBe("a:hash");
    expect(names.find(0, 2, a)).toBeNull();
    test.db.hashes.set(fromText("a:hash"), [a, a]);
    expect(toText(names.find(0, 2, a)!)).toBe("a:hash");
    // The master's own key of that name, of whatever type, is another one.
    expect(names.find(0, 2, fromText("a:hash"))).toBeNull();
    expect(toText(names.forWrite(0, 2, fromText("a:hash")))).toBe("a:hash:hash");
    expect(toText(names.forWrite(1, 2, a))).toBe("a");
    test.db.keys.remove(a);
    expect(name(2)).toBe("a:hash");
    expect(name(4)).toBe("a");
    expect(names.count).toBe(2);
    await test.reopen();
    const again = new LegacyNames(ForeignDatabases.seen(test.ledis));
    expect(again.count).toBe(2);
    expect(toText(again.forWrite(0, 2, a))).toBe("a:hash");
    expect(lines.filter((line) => line.includes("has the name of another one"))).toHaveLength(2);
  } finally {
    log.sink = sink;
  }
});

test("a name that is taken already is numbered", async () => {
  const { sink } = log;
  log.sink = () => {};
  try {
    await using test = await openLedis();
    for (const key of ["a", "a:zset", "a:zset:2"]) test.db.strings.set(fromText(key), fromText(""));
    const names = new LegacyNames(ForeignDatabases.seen(test.ledis));
    expect(toText(names.forWrite(0, 6, fromText("a")))).toBe("a:zset:3");
  } finally {
    log.sink = sink;
  }
});
