import { expect, test } from "bun:test";
import fc from "fast-check";
import { Stretch } from "../../src/bytes/stretch.ts";
import type { ParsedPair, ParsedReply } from "../../src/resp/parsed-reply.ts";
import {
  BigNumber,
  Double,
  Encoded,
  ErrorReply,
  NULL_ARRAY,
  NullArray,
  Pairs,
  Push,
  Pushes,
  type Reply,
  SetReply,
  Status,
  StreamReply,
  Verbatim,
} from "../../src/resp/reply.ts";
import { ReplyParser } from "../../src/resp/reply-parser.ts";
import { type Protocol, ReplyWriter } from "../../src/resp/reply-writer.ts";

const line = fc.string({ unit: "binary-ascii" }).map((text) => text.replaceAll(/[\r\n]/g, " "));
const text = fc.string({ unit: "binary" });

const scalar: fc.Arbitrary<Reply> = fc.oneof(
  fc.uint8Array({ size: "medium" }),
  text,
  fc.maxSafeInteger().map((value) => (value === 0 ? 0 : value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.boolean(),
  fc.constant(null),
  fc.constant(NULL_ARRAY),
  line.map((value) => new Status(value)),
  line.map((value) => new ErrorReply(value)),
  fc.double({ noNaN: true }).map((value) => new Double(value)),
  fc
    .tuple(fc.constantFrom("txt", "mkd"), text)
    .map(([format, value]) => new Verbatim(format, value)),
);

const { reply } = fc.letrec<{ reply: Reply; items: Reply[] }>((tie) => ({
  items: fc.array(tie("reply"), { maxLength: 5 }),
  reply: fc.oneof(
    { maxDepth: 4, depthIdentifier: "reply" },
    { arbitrary: scalar, weight: 4 },
    { arbitrary: tie("items"), weight: 1 },
    { arbitrary: tie("items").map((items) => new SetReply(items)), weight: 1 },
    { arbitrary: tie("items").map((items) => new Push(items)), weight: 1 },
    { arbitrary: tie("items").map((items) => new Pairs([...items, ...items])), weight: 1 },
  ),
}));

function bulk(bytes: Uint8Array): ParsedReply {
  return { kind: "bulk", bytes: new Uint8Array(bytes) };
}

function utf8(value: string | Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.from(value));
}

/** What a client reads when the server answers this. */
function expected(value: Reply, protocol: Protocol): ParsedReply {
  const all = (items: readonly Reply[]) => items.map((item) => expected(item, protocol));
  const resp3 = protocol === 3;
  if (value === null) return { kind: "null", form: resp3 ? "null" : "bulk" };
  if (value instanceof NullArray) return { kind: "null", form: resp3 ? "null" : "array" };
  if (value instanceof Uint8Array) return bulk(value);
  if (typeof value === "string") return bulk(utf8(value));
  if (typeof value === "number") return { kind: "integer", value };
  if (typeof value === "bigint") {
    const exact = Number.isSafeInteger(Number(value));
    return { kind: "integer", value: exact ? Number(value) : value };
  }
  if (typeof value === "boolean") {
    return resp3 ? { kind: "boolean", value } : { kind: "integer", value: value ? 1 : 0 };
  }
  if (value instanceof Status) return { kind: "status", text: value.text };
  if (value instanceof ErrorReply) return { kind: "error", text: value.text };
  if (value instanceof Double) return { kind: "double", value: value.value };
  if (value instanceof BigNumber) return bulk(utf8(value.text));
  if (value instanceof Verbatim) {
    const bytes = utf8(value.text);
    return resp3 ? { kind: "verbatim", format: value.format, bytes } : bulk(bytes);
  }
  if (value instanceof Pairs) {
    const items = all(value.items);
    const pairs: ParsedPair[] = [];
    for (let at = 0; at < items.length; at += 2) pairs.push([items[at]!, items[at + 1]!]);
    return resp3 ? { kind: "map", pairs } : { kind: "array", items };
  }
  if (value instanceof SetReply) return { kind: resp3 ? "set" : "array", items: all(value.items) };
  if (value instanceof Push) return { kind: resp3 ? "push" : "array", items: all(value.items) };
  if (value instanceof Pushes || value instanceof Encoded) throw new Error("no value");
  if (value instanceof StreamReply) throw new Error("only servers have long replies");
  if (value instanceof Stretch) return bulk(value.view());
  return { kind: "array", items: all(value) };
}

/** RESP2 has doubles as strings: their text is tested elsewhere. */
function withoutDoubles(value: Reply): boolean {
  if (value instanceof Double) return false;
  if (value instanceof Pairs || value instanceof SetReply || value instanceof Push) {
    return value.items.every(withoutDoubles);
  }
  return !Array.isArray(value) || value.every(withoutDoubles);
}

function readBack(value: Reply, protocol: Protocol): ParsedReply | undefined {
  const writer = new ReplyWriter();
  writer.write(value, protocol);
  const parser = new ReplyParser();
  for (const slice of writer.slices(0, writer.length)) parser.push(slice);
  const found = parser.next();
  expect(parser.next()).toBeUndefined();
  expect(parser.bufferedBytes).toBe(0);
  return found;
}

test("what is written in RESP3 is read back", () => {
  fc.assert(
    fc.property(reply, (value) => {
      expect(readBack(value, 3)).toEqual(expected(value, 3));
    }),
    { numRuns: 500 },
  );
});

test("what is written in RESP2 is read back, as far as RESP2 can tell", () => {
  fc.assert(
    fc.property(reply.filter(withoutDoubles), (value) => {
      expect(readBack(value, 2)).toEqual(expected(value, 2));
    }),
    { numRuns: 500 },
  );
});
