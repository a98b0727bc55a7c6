import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LogFileWalk } from "../../../src/binlog/log-file-walk.ts";
import { concatBytes, fromMapKey, fromText } from "../../../src/bytes/bytes.ts";
import { legacyEvents } from "../../../src/cli/binlog/legacy-log.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { putEvent } from "../../support/turn-bytes.ts";

function eventsOf(bytes: Uint8Array) {
  using directory = temporaryDirectory();
  const path = join(directory.path, "log");
  writeFileSync(path, bytes);
  using walk = new LogFileWalk(path);
  const names: (string | null)[] = [];
  const events = legacyEvents(walk);
  for (;;) {
    const next = events.next();
    if (next.done) return { names, stop: next.value.stop };
    names.push(next.value.row?.name ?? null);
  }
}

const kv = putEvent(fromMapKey("\x03\x01a"), fromText("1"));

test("rows of LedisDB are named, others are not", () => {
  const hash = putEvent(fromMapKey("\0\x02\0\x01h:f"), fromText("v"));
  const foreign = putEvent(fromMapKey("bm\0\0"), fromText("v"));
  const short = putEvent(fromMapKey("\0\x02\0\x09h"), fromText("v"));
  expect(eventsOf(concatBytes(kv, hash, foreign, short))).toEqual({
    names: ["kv", "hash", null, null],
    stop: null,
  });
});

test("a cut end and a damaged event are told", () => {
  expect(eventsOf(concatBytes(kv, kv.subarray(0, 12)))).toEqual({
    names: ["kv"],
    stop: "incomplete",
  });
  const damaged = kv.slice();
  damaged[8] = 9;
  expect(eventsOf(concatBytes(kv, damaged))).toEqual({ names: ["kv"], stop: "damaged" });
});
