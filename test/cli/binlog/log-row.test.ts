import { expect, test } from "bun:test";
import { type Bytes, concatBytes, EMPTY, fromMapKey, fromText } from "../../../src/bytes/bytes.ts";
import { streamId } from "../../../src/bytes/stream-id.ts";
import { LogNames } from "../../../src/cli/binlog/log-names.ts";
import { loggedRow } from "../../../src/cli/binlog/log-row.ts";
import { rowText } from "../../../src/cli/binlog/log-text.ts";
import { keyRowValue } from "../../support/test-rows.ts";
import { deleteEvent, putEvent, turnBytes } from "../../support/turn-bytes.ts";

const names = new LogNames(null);
const owner = turnBytes([
  putEvent(fromMapKey("\x01\0\0\0\0owner"), fromMapKey(keyRowValue("\0\0\0\0\0\x03", 0, 5))),
]);
names.learn(owner, 0, owner.length);

/** Without the time. */
function shown(event: Bytes): string {
  return rowText(loggedRow(event, 0, names)).slice(20);
}

const element = (kind: number, rest: Bytes) =>
  concatBytes(Uint8Array.of(kind, 0, 0, 0, 0, 0, 5), rest);
const entry = streamId(1n, 2n);
const group = Uint8Array.of(0, 0, 0, 7);
const score = Uint8Array.of(0xbf, 0xf8, 0, 0, 0, 0, 0, 0);

test("rows of every kind have LedisDB's names", () => {
  const m = fromText("m");
  for (const [key, value, text] of [
    [fromMapKey("\x01\0\0\0\x02k"), fromMapKey(keyRowValue("v")), 'DB: 2 kv "k" "v"'],
    [fromMapKey("\x01\0\x01\0\0k"), fromMapKey(keyRowValue("v")), 'DB: ? kv "k" "v"'],
    [element(2, m), fromText("v"), 'DB: 0 hash "owner" "m" "v"'],
    [element(3, m), Uint8Array.of(0, 0, 0, 0, 1, 0), 'DB: 0 fieldttl "owner" "m" 256'],
    [element(5, fromMapKey("\0\0\0\0\x01\0m")), EMPTY, 'DB: 0 fielddue "owner" "m" 256'],
    [element(4, Uint8Array.of(0x80, 0, 0, 0, 0, 1)), m, 'DB: 0 list "owner" 140737488355329 "m"'],
    [element(6, m), score, 'DB: 0 zset "owner" "m" 1.5'],
    [element(8, concatBytes(score, m)), EMPTY, 'DB: 0 zscore "owner" "m" 1.5'],
    [element(9, Uint8Array.of(0, 0, 0, 7)), m, 'DB: 0 bit "owner" 7 "m"'],
    [
      element(10, fromText("\x01x")),
      Uint8Array.of(0, 0, 0, 0, 0, 9),
      'DB: 0 zcount "owner" 1 "x" 9',
    ],
    [element(11, m), EMPTY, 'DB: 0 set "owner" "m"'],
    [element(13, entry), m, 'DB: 0 stream "owner" "1-2" "m"'],
    [element(14, m), fromText("v"), 'DB: 0 xgroup "owner" "m" "v"'],
    [element(15, concatBytes(group, m)), fromText("v"), 'DB: 0 xconsumer "owner" 7 "m" "v"'],
    [element(16, concatBytes(group, entry)), fromText("v"), 'DB: 0 xpending "owner" 7 "1-2" "v"'],
    [element(17, concatBytes(group, group, entry)), EMPTY, 'DB: 0 xowned "owner" 7 7 "1-2"'],
    [fromMapKey("\0\0\0\0\x04space"), Uint8Array.of(0, 1, 0, 0), 'DB: 4 meta "space" 65536'],
    [
      fromMapKey("\0\xff\xff\xff\xffhome\0\0\0\0\0\x05"),
      fromMapKey("\0\0\0\0k"),
      'DB: 0 meta "k" "home"',
    ],
  ] as const) {
    expect(shown(putEvent(key, value))).toBe(`PUT ${text}`);
  }
});

test("deletes name what is deleted", () => {
  expect(shown(deleteEvent(fromMapKey("\x01\0\0\0\0k")))).toBe('DELETE DB: 0 key "k"');
  expect(shown(deleteEvent(element(6, fromText("m"))))).toBe('DELETE DB: 0 zset "owner" "m"');
});

test("collections nobody names, unknown kinds and odd rows are shown as far as they go", () => {
  const other = fromMapKey("\x02\0\0\0\0\0\x63f");
  expect(shown(putEvent(other, fromText("v")))).toBe('PUT DB: ? hash #99 "f" "v"');
  expect(shown(putEvent(element(77, fromText("x")), EMPTY))).toBe('PUT DB: 0 row77 "owner" "x"');
  expect(shown(putEvent(element(4, EMPTY), EMPTY))).toBe('PUT DB: 0 list "owner" ""');
  expect(shown(putEvent(fromText("\x01"), EMPTY))).toBe('PUT DB: ? row "\\x01"');
});

test("a TTL is shown, and sizes", () => {
  const kv = putEvent(fromMapKey("\x01\0\0\0\0k"), fromMapKey(keyRowValue("v", 1_795_344_600_000)));
  expect(shown(kv)).toMatch(/^PUT DB: 0 kv "k" "v" expires 2026-11-2\d \d\d:\d\d:00$/);
  expect(shown(owner)).toBe('PUT DB: 0 hsize "owner" 3');
});
