import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ParsedReply } from "../../src/resp/parsed-reply.ts";
import { ProtocolError } from "../../src/resp/protocol-error.ts";
import { type ReplyLimits, ReplyParser } from "../../src/resp/reply-parser.ts";
import { cut, latin1 } from "./support.ts";

/** All replies; the text of the error, where one ends them, comes last. */
function parseAll(chunks: readonly Uint8Array[], limits?: ReplyLimits): (ParsedReply | string)[] {
  const parser = new ReplyParser(limits);
  const found: (ParsedReply | string)[] = [];
  for (const chunk of chunks) {
    parser.push(chunk);
    try {
      for (let r = parser.next(); r !== undefined; r = parser.next()) found.push(r);
    } catch (error) {
      found.push((error as Error).message);
    }
  }
  return found;
}

function bulk(text: string): ParsedReply {
  return { kind: "bulk", bytes: new Uint8Array(latin1(text)) };
}

function integer(value: number): ParsedReply {
  return { kind: "integer", value };
}

const STREAMS: [stream: string, expected: (ParsedReply | string)[]][] = [
  ["+OK\r\n:1\r\n", [{ kind: "status", text: "OK" }, integer(1)]],
  ["$0\r\n\r\n$5\r\na\r\nbc\r\n", [bulk(""), bulk("a\r\nbc")]],
  [
    "$-1\r\n*-1\r\n_\r\n",
    [
      { kind: "null", form: "bulk" },
      { kind: "null", form: "array" },
      { kind: "null", form: "null" },
    ],
  ],
  ["!8\r\nERR a\r\nb\r\n", [{ kind: "error", text: "ERR a\r\nb" }]],
  ["=6\r\ntxt:hi\r\n", [{ kind: "verbatim", format: "txt", bytes: new Uint8Array([104, 105]) }]],
  [
    "*0\r\n%0\r\n",
    [
      { kind: "array", items: [] },
      { kind: "map", pairs: [] },
    ],
  ],
  [
    "*2\r\n*1\r\n:1\r\n*0\r\n",
    [
      {
        kind: "array",
        items: [
          { kind: "array", items: [integer(1)] },
          { kind: "array", items: [] },
        ],
      },
    ],
  ],
  [
    "~1\r\n:1\r\n>1\r\n$1\r\nm\r\n",
    [
      { kind: "set", items: [integer(1)] },
      { kind: "push", items: [bulk("m")] },
    ],
  ],
  ["%1\r\n$1\r\na\r\n:1\r\n", [{ kind: "map", pairs: [[bulk("a"), integer(1)]] }]],
  [
    "|1\r\n:1\r\n:2\r\n:3\r\n:4\r\n",
    [{ kind: "integer", value: 3, attributes: [[integer(1), integer(2)]] }, integer(4)],
  ],
  [
    "|1\r\n:1\r\n:2\r\n*2\r\n|1\r\n:5\r\n:6\r\n$1\r\na\r\n:3\r\n",
    [
      {
        kind: "array",
        items: [{ ...bulk("a"), attributes: [[integer(5), integer(6)]] }, integer(3)],
        attributes: [[integer(1), integer(2)]],
      },
    ],
  ],
  ["|0\r\n:1\r\n", [{ kind: "integer", value: 1, attributes: [] }]],
  [":1\r\n?\r\n:2\r\n", [integer(1), "Protocol error: unexpected reply type '?'"]],
  ["?1\r\n", ["Protocol error: unexpected reply type '?'"]],
  [":1\n", ["Protocol error: invalid line"]],
  ["$2\r\nabcd", ["Protocol error: string without line end"]],
  ["$-2\r\n", ["Protocol error: invalid length"]],
  ["~-1\r\n", ["Protocol error: invalid length"]],
  ["$?\r\n", ["Protocol error: invalid length"]],
  ["=1\r\na\r\n", ["Protocol error: invalid verbatim string"]],
  ["$2000000000\r\n", ["Protocol error: invalid length"]],
];

describe("replies", () => {
  test.each(STREAMS)("%j", (stream, expected) => {
    expect(parseAll([latin1(stream)])).toEqual(expected);
  });

  test("are the same wherever the stream is cut", () => {
    for (const [text, expected] of STREAMS) {
      const stream = latin1(text);
      for (let at = 0; at <= stream.length; at++) {
        expect(parseAll(cut(stream, [at]))).toEqual(expected);
      }
      expect(parseAll(cut(stream, Array.from(stream.keys())))).toEqual(expected);
    }
  });

  test("have memory of their own", () => {
    const chunk = latin1("$3\r\nabc\r\n");
    const parser = new ReplyParser();
    parser.push(chunk);
    const reply = parser.next();
    chunk.fill(0);
    expect(reply).toEqual(bulk("abc"));
  });
});

describe("limits", () => {
  const limits = { replyBytesMax: 100, depthMax: 2 };

  test("a reply is as long as they say at most", () => {
    expect(parseAll([latin1(":1\r\n".repeat(100))], limits).length).toBe(100);
    expect(parseAll([latin1(`*50\r\n${":1\r\n".repeat(50)}`)], limits)).toEqual([
      "Protocol error: too big reply",
    ]);
    expect(parseAll([latin1("$101\r\n")], limits)).toEqual(["Protocol error: invalid length"]);
    expect(parseAll([latin1("|0\r\n".repeat(50))], limits)).toEqual([
      "Protocol error: too big reply",
    ]);
  });

  test("arrays nest as deep as they say at most", () => {
    expect(parseAll([latin1("*1\r\n*1\r\n:1\r\n")], limits).length).toBe(1);
    expect(parseAll([latin1("*1\r\n*1\r\n*1\r\n")], limits)).toEqual([
      "Protocol error: too deep reply",
    ]);
  });

  test("lines end within 64 KB", () => {
    expect(parseAll([latin1(`+${"a".repeat(70_000)}`)])).toEqual(["Protocol error: too big line"]);
  });

  test("announced lengths allocate nothing", () => {
    const before = process.memoryUsage().arrayBuffers;
    const parsers = Array.from({ length: 1000 }, () => new ReplyParser());
    for (const parser of parsers) {
      parser.push(latin1("*1000000000\r\n$1000000000\r\nx"));
      expect(parser.next()).toBeUndefined();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1000 * 10_000);
  });
});

test("any bytes give replies or one ProtocolError", () => {
  const piece = fc.constantFrom(
    "*",
    "$",
    "|",
    "%",
    "=",
    ":",
    "_",
    "\r\n",
    "\r\n",
    "1",
    "2",
    "-",
    "a",
  );
  const chunk = fc.oneof(
    fc.uint8Array(),
    fc.array(piece, { maxLength: 40 }).map((pieces) => new Uint8Array(latin1(pieces.join("")))),
  );
  fc.assert(
    fc.property(fc.array(chunk), (chunks) => {
      const parser = new ReplyParser();
      let pushed = 0;
      for (const bytes of chunks) {
        parser.push(bytes);
        pushed += bytes.length;
        try {
          while (parser.next() !== undefined)
            expect(parser.bufferedBytes).toBeLessThanOrEqual(pushed);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          expect(parser.next()).toBeUndefined();
          expect(parser.bufferedBytes).toBe(0);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test("a string of 64 MB in chunks of 64 KB is put together", () => {
  const value = Buffer.alloc(64 * 1024 * 1024, "0123456789abcdef-");
  const stream = Buffer.concat([latin1(`$${value.length}\r\n`), value, latin1("\r\n")]);
  const parser = new ReplyParser();
  let found: ParsedReply | undefined;
  for (let at = 0; at < stream.length; at += 65_536) {
    parser.push(stream.subarray(at, at + 65_536));
    found = parser.next();
  }
  expect(found?.kind === "bulk" && Buffer.compare(found.bytes, value)).toBe(0);
});
