import { expect, test } from "bun:test";
import { parsePosition, parseSpan } from "../../../src/cli/binlog/log-place.ts";
import { UsageError } from "../../../src/cli/tool.ts";

test("a position is a number or a name, and an offset", () => {
  for (const text of ["12:4096", "ledis-bin.0000012:4096", "/var/bin_log/ledis-bin.0000012:4096"]) {
    expect(parsePosition("stop-position", text)).toEqual({ file: 12, offset: 4096 });
  }
  for (const text of ["12", "x:1", "1:", "1:-1"]) {
    expect(() => parsePosition("stop-position", text)).toThrow(UsageError);
  }
});

test("a span has the limits that were given", () => {
  expect(parseSpan({ "stop-position": "1:50" })).toEqual({
    startTime: null,
    stopTime: null,
    startPosition: null,
    stopPosition: { file: 1, offset: 50 },
  });
  expect(parseSpan({ "start-datetime": "2026-11-22 15:16:53" }).startTime).toBeGreaterThan(1e9);
  expect(() => parseSpan({ "start-datetime": "yesterday" })).toThrow(UsageError);
});
