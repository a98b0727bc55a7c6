import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { encodeFileHeader } from "../../../src/binlog/event.ts";
import { concatBytes, fromMapKey } from "../../../src/bytes/bytes.ts";
import { type ListFilter, LogListing } from "../../../src/cli/binlog/binlog-listing.ts";
import { LogNames } from "../../../src/cli/binlog/log-names.ts";
import { LineOutput } from "../../../src/cli/line-output.ts";
import { temporaryPaths } from "../../support/offline-data.ts";
import { keyRowValue } from "../../support/test-rows.ts";
import { putEvent, turnBytes } from "../../support/turn-bytes.ts";

const all: ListFilter = {
  startTime: null,
  stopTime: null,
  startPosition: null,
  stopPosition: null,
  database: null,
  keyPattern: null,
};

function listed(bytes: Uint8Array, filter: Partial<ListFilter> = {}) {
  using paths = temporaryPaths();
  writeFileSync(paths.of("log"), bytes);
  let text = "";
  const output = new LineOutput((part) => {
    text += Buffer.from(part);
    return part.length;
  });
  const listing = new LogListing(output, new LogNames(null), { ...all, ...filter }, false);
  const problem = listing.file(paths.of("log"));
  output.flush();
  return {
    problem,
    lines: text
      .split("\n")
      .slice(0, -1)
      .map((line) => line.slice(20)),
  };
}

const historyId = new Uint8Array(16);
const header = (version: number) =>
  encodeFileHeader({ version, fileNumber: 1, base: 0, historyId }, 1_795_344_600);

function set(key: string, time: number): Uint8Array {
  return turnBytes(
    [putEvent(fromMapKey(`\x01\0\0\0\0${key}`), fromMapKey(keyRowValue("v")), time)],
    time,
  );
}

test("both ends of a span of time are included", () => {
  const log = concatBytes(header(1), ...[10, 11, 12, 13].map((time) => set(`k${time}`, time)));
  const { lines } = listed(log, { startTime: 11, stopTime: 12 });
  expect(lines.filter((line) => line.startsWith("PUT"))).toEqual([
    'PUT DB: 0 kv "k11" "v"',
    'PUT DB: 0 kv "k12" "v"',
  ]);
});

test("a file of a newer format is refused, an empty one holds nothing", () => {
  expect(() => listed(header(2))).toThrow("newer than this program's 1");
  expect(listed(new Uint8Array(0))).toEqual({ problem: null, lines: [] });
  expect(listed(header(1).subarray(0, 30)).problem).toBe("its file header is damaged");
});
