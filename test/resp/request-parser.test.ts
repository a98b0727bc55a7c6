import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ProtocolError } from "../../src/resp/protocol-error.ts";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import { defaultRequestLimits, type RequestLimits } from "../../src/resp/request-limits.ts";
import { RequestParser } from "../../src/resp/request-parser.ts";
import { cut, latin1, parseAll, words } from "./support.ts";

const PING = "*1\r\n$4\r\nPING\r\n";

// The rest of this file's expectations on requests and errors: captured from redis-server 7.0.15.
const STREAMS: [stream: string, expected: (string[] | string)[]][] = [
  [PING, [["PING"]]],
  [PING + PING, [["PING"], ["PING"]]],
  ["*3\r\n$3\r\nSET\r\n$0\r\n\r\n$5\r\na\r\n\0b\r\n", [["SET", "", "a\r\n\0b"]]],
  [`*0\r\n${PING}`, [["PING"]]],
  [`*-1\r\n*-5\r\n*-9223372036854775808\r\n${PING}`, [["PING"]]],
  [`*1\rX$4\rXPINGXX${PING}`, [["PING"], ["PING"]]],
  ["ping\r\n", [["ping"]]],
  ["ping\n", [["ping"]]],
  [`\r\n\n   \r\nping\r\n${PING}echo a\r\r\n`, [["ping"], ["PING"], ["echo", "a"]]],
  ["$4\r\nPING\r\n", [["$4"], ["PING"]]],
  [`${PING}ECHO "a\\x0ab" 'c'\r\n${PING}`, [["PING"], ["ECHO", "a\nb", "c"], ["PING"]]],
  [
    `*12\r\n${"$1\r\na\r\n".repeat(12)}*1\r\n$10\r\n0123456789\r\n`,
    [Array(12).fill("a"), ["0123456789"]],
  ],
  ["*\r\n", ["Protocol error: invalid multibulk length"]],
  ["*abc\r\n", ["Protocol error: invalid multibulk length"]],
  ["*+1\r\n", ["Protocol error: invalid multibulk length"]],
  ["*01\r\n", ["Protocol error: invalid multibulk length"]],
  ["* 1\r\n", ["Protocol error: invalid multibulk length"]],
  ["*-0\r\n", ["Protocol error: invalid multibulk length"]],
  ["*1\n$4\r\n", ["Protocol error: invalid multibulk length"]],
  ["*2147483648\r\n", ["Protocol error: invalid multibulk length"]],
  ["*9223372036854775808\r\n", ["Protocol error: invalid multibulk length"]],
  ["*12345678901234567890123\r\n", ["Protocol error: invalid multibulk length"]],
  ["*2147483647\r\n", []],
  ["*1\r\n$-1\r\n", ["Protocol error: invalid bulk length"]],
  ["*1\r\n$abc\r\n", ["Protocol error: invalid bulk length"]],
  ["*1\r\n$\r\n", ["Protocol error: invalid bulk length"]],
  ["*1\r\n$04\r\n", ["Protocol error: invalid bulk length"]],
  ["*1\r\n$+4\r\n", ["Protocol error: invalid bulk length"]],
  ["*1\r\n$536870913\r\n", ["Protocol error: invalid bulk length"]],
  ["*1\r\n$12345678901234567890123\r\n", ["Protocol error: invalid bulk length"]],
  ["*1\r\n$536870912\r\n", []],
  ["*1\r\nPING\r\n", ["Protocol error: expected '$', got 'P'"]],
  ["*1\r\n\xff\r\n", ["Protocol error: expected '$', got '\xff'"]],
  ["*1\r\n\r\n", ["Protocol error: expected '$', got '\r'"]],
  ["*1\r\n\nPING\r\n", ["Protocol error: expected '$', got '\n'"]],
  [`${PING}echo "abc\r\n${PING}`, [["PING"], "Protocol error: unbalanced quotes in request"]],
  ["echo 'a'b\r\n", ["Protocol error: unbalanced quotes in request"]],
  [`*2\r\n$1\r\na\r\n:1\r\n${PING}`, ["Protocol error: expected '$', got ':'"]],
];

describe("requests and errors are those of Redis", () => {
  test.each(STREAMS)("%j", (stream, expected) => {
    expect(parseAll([latin1(stream)])).toEqual(expected);
  });
});

describe("how a stream is cut makes no difference", () => {
  test("at any one or two places, or everywhere", () => {
    for (const [text, expected] of STREAMS) {
      const stream = latin1(text);
      for (let first = 0; first <= stream.length; first++) {
        expect(parseAll(cut(stream, [first]))).toEqual(expected);
        for (let second = first; second <= stream.length; second += 3) {
          expect(parseAll(cut(stream, [first, second]))).toEqual(expected);
        }
      }
      expect(parseAll(cut(stream, Array.from(stream.keys())))).toEqual(expected);
    }
  });

  test("when all chunks were pushed before the first request was taken", () => {
    for (const [text, expected] of STREAMS) {
      const stream = latin1(text);
      const parser = new RequestParser(defaultRequestLimits());
      for (const chunk of cut(stream, Array.from(stream.keys()))) parser.push(chunk);
      const found: (string[] | string)[] = [];
      try {
        for (let r = parser.next(); r !== null; r = parser.next()) found.push(words(r));
      } catch (error) {
        found.push((error as Error).message);
      }
      expect(found).toEqual(expected);
    }
  });

  test("for any requests, pushed at any times", () => {
    const args = fc.array(fc.uint8Array({ size: "medium" }), { minLength: 1, maxLength: 20 });
    const steps = fc.infiniteStream(fc.tuple(fc.integer({ min: 1, max: 700 }), fc.nat(3)));
    fc.assert(
      fc.property(fc.array(args, { maxLength: 12 }), steps, (requests, plan) => {
        const stream = Buffer.concat(requests.map((request) => encodeRequest(request)));
        const parser = new RequestParser(defaultRequestLimits());
        const found: string[][] = [];
        let pushed = 0;
        for (const [size, takes] of plan) {
          if (pushed >= stream.length) break;
          parser.push(new Uint8Array(stream.subarray(pushed, pushed + size)));
          pushed = Math.min(pushed + size, stream.length);
          expect(parser.bufferedBytes).toBeLessThanOrEqual(pushed);
          for (let taken = 0; taken < takes; taken++) {
            const request = parser.next();
            if (request !== null) found.push(words(request));
          }
        }
        for (let r = parser.next(); r !== null; r = parser.next()) found.push(words(r));
        expect(found).toEqual(requests.map((r) => r.map((b) => Buffer.from(b).toString("latin1"))));
        expect(parser.bufferedBytes).toBe(0);
      }),
    );
  });
});

describe("hostile bytes", () => {
  /** Any chunk bytes give requests or one ProtocolError; never more is kept than was pushed. */
  function survive(chunks: readonly Uint8Array[]): void {
    const parser = new RequestParser(defaultRequestLimits());
    let pushed = 0;
    for (const chunk of chunks) {
      parser.push(chunk);
      pushed += chunk.length;
      try {
        while (parser.next() !== null) expect(parser.bufferedBytes).toBeLessThanOrEqual(pushed);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
        expect(parser.bufferedBytes).toBe(0);
      }
      expect(parser.bufferedBytes).toBeLessThanOrEqual(pushed);
    }
  }

  test("random ones", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ size: "medium" })), survive));
  });

  test("random ones of the protocol's alphabet", () => {
    const piece = fc.constantFrom(
      "*",
      "$",
      "\r\n",
      "\r",
      "\n",
      "1",
      "2",
      "0",
      "-",
      "a",
      '"',
      "'",
      "\\",
    );
    const chunk = fc.array(piece, { maxLength: 40 }).map((pieces) => latin1(pieces.join("")));
    fc.assert(fc.property(fc.array(chunk), survive), { numRuns: 2000 });
  });

  test("valid requests with changed bytes", () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    const args = fc.array(fc.uint8Array(), { minLength: 1 });
    fc.assert(
      fc.property(
        fc.array(args),
        fc.array(change, { maxLength: 3 }),
        fc.nat(),
        (list, changes, at) => {
          const stream = Buffer.concat(list.map((request) => encodeRequest(request)));
          for (const [offset, byte] of changes) stream[offset % (stream.length + 1)] = byte;
          survive(cut(stream, [at % (stream.length + 1)]));
        },
      ),
    );
  });

  test("announced lengths allocate nothing", () => {
    const parsers = Array.from({ length: 2000 }, () => new RequestParser(defaultRequestLimits()));
    const before = process.memoryUsage().arrayBuffers;
    for (const parser of parsers) {
      parser.push(latin1("*2147483647\r\n$500000000\r\n"));
      expect(parser.next()).toBeNull();
      parser.push(latin1("x"));
      expect(parser.next()).toBeNull();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2000 * 10_000);
  });

  test("nothing is parsed behind an error", () => {
    const parser = new RequestParser(defaultRequestLimits());
    parser.push(latin1(`*x\r\n${PING}`));
    expect(() => parser.next()).toThrow(ProtocolError);
    expect(parser.next()).toBeNull();
    parser.push(latin1(PING));
    expect(parser.next()).toBeNull();
    expect(parser.bufferedBytes).toBe(0);
  });
});

describe("limits", () => {
  test("lines end within 64 KB", () => {
    const texts: [string, string][] = [
      ["*", "too big mbulk count string"],
      ["*1\r\n$", "too big bulk count string"],
      ["a", "too big inline request"],
    ];
    for (const [start, detail] of texts) {
      // The line that counts is the last one, and its first byte belongs to it.
      const most = latin1(start + "1".repeat(65_535));
      expect(parseAll([most])).toEqual([]);
      expect(parseAll([most, latin1("1")])).toEqual([`Protocol error: ${detail}`]);
      expect(parseAll([most, latin1("1\r\n")])).toEqual([`Protocol error: ${detail}`]);
    }
    expect(parseAll([latin1(`${"a".repeat(65_536)}\n`)])).toEqual([["a".repeat(65_536)]]);
  });

  test("a line that arrives byte by byte is searched once", () => {
    const line = latin1(`${"a".repeat(60_000)}\n`);
    expect(parseAll(cut(line, Array.from(line.keys())))).toEqual([["a".repeat(60_000)]]);
  });

  test("before AUTH a request has 10 arguments of 16384 bytes at most", () => {
    const cases: [string, (string[] | string)[]][] = [
      ["*10\r\n", []],
      ["*11\r\n", ["Protocol error: unauthenticated multibulk length"]],
      ["*1\r\n$16384\r\n", []],
      ["*1\r\n$16385\r\n", ["Protocol error: unauthenticated bulk length"]],
      ["*2147483648\r\n", ["Protocol error: invalid multibulk length"]],
      ["*1\r\n$536870913\r\n", ["Protocol error: invalid bulk length"]],
      ["a b c d e f g h i j k l\r\n", ["abcdefghijkl".split("")]],
    ];
    for (const [stream, expected] of cases) {
      expect(parseAll([latin1(stream)], { authenticated: false })).toEqual(expected);
    }
  });

  test("they may be raised between two requests of one chunk", () => {
    const limits: RequestLimits = { ...defaultRequestLimits(), authenticated: false };
    const parser = new RequestParser(limits);
    parser.push(latin1(`${PING}*11\r\n${"$1\r\na\r\n".repeat(11)}`));
    expect(parser.next()?.count).toBe(1);
    limits.authenticated = true;
    expect(parser.next()?.count).toBe(11);
  });

  test("an incomplete request takes queryBytesMax at most", () => {
    const detail = "Protocol error: client query buffer limit exceeded";
    const limits = { queryBytesMax: 1000 };
    expect(parseAll([latin1("*1\r\n$5000\r\n")], limits)).toEqual([detail]);
    const many = latin1(`*1000\r\n${"$1\r\na\r\n".repeat(200)}`);
    expect(parseAll([many], limits)).toEqual([detail]);
    expect(parseAll(cut(many, Array.from(many.keys())), limits)).toEqual([detail]);
    expect(parseAll([latin1(`*1\r\n$900\r\n${"a".repeat(800)}`)], limits)).toEqual([]);
  });
});

describe("memory", () => {
  test("a request that arrives whole is parsed where it is", () => {
    const parser = new RequestParser(defaultRequestLimits());
    const chunk = latin1(PING + PING);
    parser.push(chunk);
    expect(parser.next()!.buffer).toBe(chunk);
    expect(parser.next()!.buffer).toBe(chunk);
  });

  test("behind a request that was cut, parsing goes on in the chunk itself", () => {
    const parser = new RequestParser(defaultRequestLimits());
    parser.push(latin1(PING.slice(0, 6)));
    expect(parser.next()).toBeNull();
    const chunk = latin1(PING.slice(6) + PING);
    parser.push(chunk);
    expect(words(parser.next()!)).toEqual(["PING"]);
    expect(parser.next()!.buffer).toBe(chunk);
  });

  test("views of earlier requests stay what they were", () => {
    const stream = encodeRequest(["SET", "key", "value"]);
    const parser = new RequestParser(defaultRequestLimits());
    const kept: Uint8Array[] = [];
    for (let round = 0; round < 20; round++) {
      for (const chunk of cut(stream, [round])) {
        parser.push(chunk);
        for (let r = parser.next(); r !== null; r = parser.next()) kept.push(r.bytes(2));
      }
    }
    expect(kept.map((bytes) => Buffer.from(bytes).toString())).toEqual(Array(20).fill("value"));
  });

  test("a value of 64 MB in chunks of 64 KB is put together", () => {
    const value = Buffer.alloc(64 * 1024 * 1024, "0123456789abcdef-");
    const stream = encodeRequest(["SET", "key", value, "KEEPTTL"]);
    const parser = new RequestParser(defaultRequestLimits());
    let found: Uint8Array | null = null;
    for (let at = 0; at < stream.length; at += 65_536) {
      parser.push(stream.subarray(at, at + 65_536));
      found = parser.next()?.bytes(2) ?? found;
    }
    expect(Buffer.compare(found!, value)).toBe(0);
    expect(parser.next()).toBeNull();
    expect(parser.bufferedBytes).toBe(0);
  });
});
