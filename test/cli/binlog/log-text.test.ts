import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import type { LoggedRow } from "../../../src/cli/binlog/log-row.ts";
import {
  formatDateTime,
  parseDateTime,
  rowJson,
  rowText,
} from "../../../src/cli/binlog/log-text.ts";

const row: LoggedRow = {
  time: 1_795_344_600,
  isPut: true,
  name: "zscore",
  database: 12,
  key: fromText('k"%d'),
  id: 7,
  details: [
    ["member", Uint8Array.of(0xff, 0x61)],
    ["score", Number.NEGATIVE_INFINITY],
  ],
  expireAt: 0,
};
const time = formatDateTime(row.time);

test("times are local, and read as they are written", () => {
  expect(time).toMatch(/^2026-11-2\d \d\d:\d\d:00$/);
  expect(parseDateTime(time)).toBe(row.time);
  expect(parseDateTime(time.replace(" ", "T"))).toBe(row.time);
  for (const text of ["2026-11-31 00:00:00", "2026-11-22", "x", "2026-11-22 25:00:00"]) {
    expect({ text, time: parseDateTime(text) }).toEqual({ text, time: null });
  }
});

test("a row is a line as LedisDB's; what nobody can name has a question mark or a number", () => {
  expect(rowText(row)).toBe(`${time} PUT DB:12 zscore "k\\"%d" "\\xffa" -inf`);
  expect(rowText({ ...row, isPut: false, database: null, key: null })).toBe(
    `${time} DELETE DB: ? zscore #7 "\\xffa" -inf`,
  );
  const kv: LoggedRow = {
    ...row,
    name: "kv",
    database: 0,
    id: 0,
    details: [["value", fromText("v")]],
  };
  expect(rowText({ ...kv, expireAt: 1_795_344_600_500 })).toBe(
    `${time} PUT DB: 0 kv "k\\"%d" "v" expires ${time}`,
  );
});

test("JSON keeps every byte", () => {
  expect(JSON.parse(rowJson(row, { file: 1, offset: 44 }))).toEqual({
    file: 1,
    offset: 44,
    time: row.time,
    event: "put",
    db: 12,
    name: "zscore",
    key: 'k"%d',
    id: 7,
    member: { base64: "/2E=" },
    score: "-inf",
  });
});
