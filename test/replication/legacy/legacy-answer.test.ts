import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromMapKey, mapKey } from "../../../src/bytes/bytes.ts";
import { packSnappy } from "../../../src/bytes/snappy.ts";
import { decodeLegacyAnswer, decodePlace } from "../../../src/replication/legacy/legacy-answer.ts";

function captured(name: string) {
  const reply = readFileSync(join(import.meta.dir, "captured", name));
  return decodeLegacyAnswer(reply.subarray(reply.indexOf("\n") + 1, -2));
}

test("captured answers are read", () => {
  const first = captured("sync-1-0.reply");
  expect(first.next).toEqual({ number: 1, position: 56 });
  expect(first.bytes).toBe(56);
  expect(first.events.map(({ time, key, value }) => [time, mapKey(key), mapKey(value!)])).toEqual([
    [1795344605, "\0\x01a", "1"],
    [1795344605, "\0\x03h", "\x01\0\0\0\0\0\0\0"],
    [1795344605, "\0\x02\0\x01h:f", "v"],
  ]);
  for (const [name, number, position, events] of [
    ["sync-1-56.reply", 1, 1656, 64],
    ["sync-1-1656.reply", 1, 1806, 6],
    ["sync-1-1806.caught-up.reply", 1, 1806, 0],
    ["sync-1-0.before-any-write.reply", 1, 0, 0],
    ["sync-1-5.before-any-write.reply", 1, 0, 0],
    ["sync-0-0.reply", -1, 0, 0],
    ["sync-9-77.reply", -1, 77, 0],
    ["sync-1-99999.reply", 1, 99999, 0],
    ["sync-1-0.no-binlog.reply", 0, 0, 0],
  ] as const) {
    const answer = captured(name);
    expect([name, answer.next, answer.events.length]).toEqual([name, { number, position }, events]);
  }
});

test("a captured log file is read as a whole, deletes included", () => {
  const file = readFileSync(join(import.meta.dir, "captured/ledis-bin.0000001"));
  const { events } = decodeLegacyAnswer(packSnappy(Buffer.concat([Buffer.alloc(16), file])));
  expect(events).toHaveLength(51);
  expect(events.filter(({ value }) => value === null)).toHaveLength(17);
});

test("what is cut off or of another form is refused", () => {
  const place = "\0".repeat(16);
  for (const [text, reason] of [
    ["", "too short"],
    ["\0".repeat(15), "too short"],
    ["\x7f".repeat(16), "no place"],
    [`${place}\0\0\0\0`, "ends within an event"],
    [`${place}\0\0\0\0\0\0\0\x02\0`, "ends within an event"],
    [`${place}\0\0\0\0\0\0\0\x03\x01\0\x01`, "unknown form"],
    [`${place}\0\0\0\0\0\0\0\x03\x02\0\0`, "unknown form"],
    [`${place}\0\0\0\0\0\0\0\0`, "unknown form"],
  ] as const) {
    expect(() => decodeLegacyAnswer(packSnappy(fromMapKey(text)))).toThrow(reason);
  }
  expect(() => decodeLegacyAnswer(fromMapKey("\xff\xff"))).toThrow("damaged");
});

test("a place is read from the start of a dump", () => {
  const dump = readFileSync(join(import.meta.dir, "captured/fullsync.dump"));
  expect(decodePlace(dump)).toEqual({ number: 1, position: 3152 });
});
