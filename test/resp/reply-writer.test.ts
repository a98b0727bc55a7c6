import { describe, expect, test } from "bun:test";
import { Stretch } from "../../src/bytes/stretch.ts";
import {
  BigNumber,
  Double,
  ErrorReply,
  NULL_ARRAY,
  OK,
  Pairs,
  PlainDouble,
  Push,
  type Reply,
  SetReply,
  Status,
  Verbatim,
} from "../../src/resp/reply.ts";
import { EXTERNAL_BYTES_MIN } from "../../src/resp/reply-arena.ts";
import { type Protocol, ReplyWriter } from "../../src/resp/reply-writer.ts";
import { latin1 } from "./support.ts";

function written(write: (writer: ReplyWriter) => void): string {
  const writer = new ReplyWriter();
  write(writer);
  return Buffer.concat(writer.slices(0, writer.length)).toString("latin1");
}

function encoded(reply: Reply, protocol: Protocol): string {
  return written((writer) => writer.write(reply, protocol));
}

// RESP2 and RESP3, captured from redis-server 7.0.15 where it has the form (DEBUG PROTOCOL, ZSCORE).
const FORMS: [name: string, reply: Reply, resp2: string, resp3: string][] = [
  ["a status", OK, "+OK\r\n", "+OK\r\n"],
  [
    "another status",
    new Status("Background saving started"),
    "+Background saving started\r\n",
    "=",
  ],
  ["an error", new ErrorReply("ERR no\r\n"), "-ERR no\r\n", "="],
  ["bytes", latin1("a\r\n\0\xff"), "$5\r\na\r\n\0\xff\r\n", "="],
  ["a stretch of bytes", new Stretch(latin1("xa\r\nx"), 1, 4), "$3\r\na\r\n\r\n", "="],
  ["no bytes", latin1(""), "$0\r\n\r\n", "="],
  ["text", "é€", "$5\r\n\xc3\xa9\xe2\x82\xac\r\n", "="],
  ["no text", "", "$0\r\n\r\n", "="],
  ["zero", 0, ":0\r\n", "="],
  ["a big number", new BigNumber("123"), "$3\r\n123\r\n", "(123\r\n"],
  ["a negative number", -12345, ":-12345\r\n", "="],
  ["the greatest number", Number.MAX_SAFE_INTEGER, ":9007199254740991\r\n", "="],
  ["a bigint", 5n, ":5\r\n", "="],
  ["the least int64", -(2n ** 63n), ":-9223372036854775808\r\n", "="],
  ["null", null, "$-1\r\n", "_\r\n"],
  ["a null array", NULL_ARRAY, "*-1\r\n", "_\r\n"],
  ["true", true, ":1\r\n", "#t\r\n"],
  ["false", false, ":0\r\n", "#f\r\n"],
  ["a double", new Double(3.1), "$18\r\n3.1000000000000001\r\n", ",3.1000000000000001\r\n"],
  ["a whole double", new Double(3), "$1\r\n3\r\n", ",3\r\n"],
  [
    "a tiny double",
    new Double(1e-7),
    "$22\r\n9.9999999999999995e-08\r\n",
    ",9.9999999999999995e-08\r\n",
  ],
  ["a coordinate", new PlainDouble(1e-7), "$9\r\n0.0000001\r\n", ",0.0000001\r\n"],
  ["infinity", new Double(Infinity), "$3\r\ninf\r\n", ",inf\r\n"],
  ["minus infinity", new Double(-Infinity), "$4\r\n-inf\r\n", ",-inf\r\n"],
  ["verbatim text", new Verbatim("txt", "é\n"), "$3\r\n\xc3\xa9\n\r\n", "=7\r\ntxt:\xc3\xa9\n\r\n"],
  ["verbatim bytes", new Verbatim("mkd", latin1("\xff")), "$1\r\n\xff\r\n", "=5\r\nmkd:\xff\r\n"],
  ["an empty array", [], "*0\r\n", "="],
  [
    "an array",
    [0, [null, OK]],
    "*2\r\n:0\r\n*2\r\n$-1\r\n+OK\r\n",
    "*2\r\n:0\r\n*2\r\n_\r\n+OK\r\n",
  ],
  ["pairs", new Pairs(["a", true]), "*2\r\n$1\r\na\r\n:1\r\n", "%1\r\n$1\r\na\r\n#t\r\n"],
  ["no pairs", new Pairs([]), "*0\r\n", "%0\r\n"],
  ["a set", new SetReply([1, 2]), "*2\r\n:1\r\n:2\r\n", "~2\r\n:1\r\n:2\r\n"],
  ["a push message", new Push(["m", 1]), "*2\r\n$1\r\nm\r\n:1\r\n", ">2\r\n$1\r\nm\r\n:1\r\n"],
];

describe("forms", () => {
  test.each(FORMS)("%s", (_, reply, resp2, resp3) => {
    expect(encoded(reply, 2)).toBe(resp2);
    expect(encoded(reply, 3)).toBe(resp3 === "=" ? resp2 : resp3);
  });
});

test("a range of a larger buffer is a bulk string", () => {
  const source = latin1("0123456789".repeat(20));
  expect(written((writer) => writer.bulkRange(source, 3, 6))).toBe("$3\r\n345\r\n");
  expect(written((writer) => writer.bulkRange(source, 3, 103))).toBe(
    `$100\r\n${source.toString("latin1", 3, 103)}\r\n`,
  );
});

test("heads count what follows: pairs in RESP3, items in RESP2", () => {
  expect(written((writer) => writer.mapHeader(3, 2))).toBe("*6\r\n");
  expect(written((writer) => writer.mapHeader(3, 3))).toBe("%3\r\n");
  expect(written((writer) => writer.arrayHeader(1_000_000))).toBe("*1000000\r\n");
});

test("a large value is not copied, and its frame is around it", () => {
  const writer = new ReplyWriter();
  const value = new Uint8Array(EXTERNAL_BYTES_MIN);
  for (const [reply, head] of [
    [value, "$262144\r\n"],
    [new Verbatim("txt", value), "=262148\r\ntxt:"],
  ] as const) {
    const start = writer.length;
    writer.write(reply, 3);
    const slices = writer.slices(start, writer.length);
    expect(slices[1]!.buffer).toBe(value.buffer);
    expect(Buffer.concat([slices[0]!, slices[2]!]).toString()).toBe(`${head}\r\n`);
  }
});

test("every form fits wherever the buffer ends", () => {
  for (const [, reply] of FORMS) {
    const expected = encoded(reply, 3);
    for (let left = 0; left < 30; left++) {
      const writer = new ReplyWriter();
      const filler = new Uint8Array(writer.buffer.length - left);
      writer.append(filler, 0, filler.length);
      writer.write(reply, 3);
      expect(writer.buffer.toString("latin1", filler.length, writer.length)).toBe(expected);
    }
  }
});
