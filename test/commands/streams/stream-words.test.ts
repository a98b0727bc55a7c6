import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { STREAM_ID_MAX, STREAM_ID_MIN, streamId } from "../../../src/bytes/stream-id.ts";
import type { Arg } from "../../../src/commands/args.ts";
import {
  addRequest,
  bound,
  bounds,
  countOption,
  looseId,
  strictId,
  trimRequest,
} from "../../../src/commands/streams/stream-words.ts";
import { readArg } from "../../support/read-arg.ts";

const SEQ_MAX = 2n ** 64n - 1n;
const read = <T>(arg: Arg<T>, line: string): T => readArg(arg, ...line.split(" "));
const errorOf = (arg: Arg<unknown>, line: string): string => {
  try {
    read(arg, line);
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
};

test("ends of ranges are ids, or what lies beside them", () => {
  expect(bound(fromText("-"), "end")).toEqual(STREAM_ID_MIN);
  expect(bound(fromText("+"), "start")).toEqual(STREAM_ID_MAX);
  expect(bound(fromText("5"), "start")).toEqual(streamId(5n, 0n));
  expect(bound(fromText("5"), "end")).toEqual(streamId(5n, SEQ_MAX));
  expect(bound(fromText("(5-1"), "start")).toEqual(streamId(5n, 2n));
  expect(bound(fromText("(5-1"), "end")).toEqual(streamId(5n, 0n));
  expect(bound(fromText("(5"), "start")).toEqual(streamId(5n, 1n));
  expect(() => bound(fromText("(0-0"), "end")).toThrow("ERR invalid end ID for the interval");
  expect(() => bound(fromText(`(${SEQ_MAX}-${SEQ_MAX}`), "start")).toThrow(
    "ERR invalid start ID for the interval",
  );
  expect(() => bound(fromText("("), "start")).toThrow("ERR Invalid stream ID");
  expect(errorOf(bounds("end", "start"), "(0-0 x")).toContain("Invalid stream ID");
});

test("strict ids are no signs, loose ones may be", () => {
  expect(strictId(fromText("7-3"))).toEqual(streamId(7n, 3n));
  expect(() => strictId(fromText("-"))).toThrow("ERR Invalid stream ID");
  expect(looseId(fromText("-"))).toEqual(STREAM_ID_MIN);
  expect(looseId(fromText("+"))).toEqual(STREAM_ID_MAX);
  expect(looseId(fromText("7"))).toEqual(streamId(7n, 0n));
});

test("COUNT may be given, also twice", () => {
  expect(readArg(countOption)).toBeNull();
  expect(read(countOption, "count 3 COUNT 2")).toBe(2);
  expect(read(countOption, "COUNT -5")).toBe(0);
  expect(errorOf(countOption, "COUNT")).toBe("ERR syntax error");
  expect(errorOf(countOption, "COUNT x")).toContain("not an integer");
});

test("what XADD is to add", () => {
  expect(read(addRequest, "* f v")).toMatchObject({
    create: true,
    trim: null,
    asked: { form: "now" },
  });
  expect(read(addRequest, "nomkstream 5-* f v g w")).toMatchObject({
    create: false,
    asked: { form: "ms", ms: 5n },
    words: ["f", "v", "g", "w"].map(fromText),
  });
  expect(read(addRequest, "MAXLEN 3 5-1 f v").asked).toEqual({
    form: "given",
    id: streamId(5n, 1n),
  });
  const errors: [string, string][] = [
    ["* f", "wrong number of arguments for 'xadd'"],
    ["* f v g", "wrong number of arguments for 'xadd'"],
    ["0-0 f v", "must be greater than 0-0"],
    ["x f v", "Invalid stream ID"],
    ["MAXLEN x * f v", "not an integer"],
    ["MAXLEN -1 * f v", "The MAXLEN argument must be >= 0."],
    ["MAXLEN 1 MINID 1 * f v", "MAXLEN and MINID options at the same time are not compatible"],
    ["LIMIT 1 * f v", "LIMIT cannot be used without specifying a trimming strategy"],
    ["LIMIT 0 * f v", "LIMIT cannot be used without the special ~ option"],
    ["MAXLEN = 1 LIMIT 1 * f v", "LIMIT cannot be used without the special ~ option"],
    ["MAXLEN ~ 1 LIMIT -1 * f v", "The LIMIT argument must be >= 0."],
  ];
  for (const [line, error] of errors) {
    expect({ line, error: errorOf(addRequest, line) }).toEqual({
      line,
      error: expect.stringContaining(error),
    });
  }
});

test("what XTRIM is to remove depends on how many entries a block has", () => {
  expect(read(trimRequest, "MAXLEN 7")(100)).toEqual({
    maxLength: 7,
    minId: STREAM_ID_MIN,
    block: 1,
    limit: 0,
  });
  expect(read(trimRequest, "MINID ~ 7-1")(10)).toEqual({
    maxLength: null,
    minId: streamId(7n, 1n),
    block: 10,
    limit: 1000,
  });
  expect(read(trimRequest, "MAXLEN ~ 7 LIMIT 0")(0)).toMatchObject({ block: 1, limit: 0 });
  expect(read(trimRequest, "MAXLEN ~ 7")(0)).toMatchObject({ block: 1, limit: 10_000 });
  expect(read(trimRequest, "MAXLEN ~ 7")(1_000_000)).toMatchObject({ limit: 1_000_000 });
  expect(errorOf(trimRequest, "FOO 7")).toBe("ERR syntax error");
  expect(errorOf(trimRequest, "LIMIT 0")).toContain("must be called with a trimming strategy");
});
