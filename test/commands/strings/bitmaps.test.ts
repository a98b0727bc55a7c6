import { describe, expect, test } from "bun:test";
import { bitmapCommands } from "../../../src/commands/strings/bitmaps.ts";
import { type Plain, replyError, startServer } from "../../support/start-server.ts";

const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");
const badOffset = replyError("ERR bit offset is not an integer or out of range");
const badValue = replyError("ERR bit is not an integer or out of range");
const beforeStart = replyError("ERR invalid offset");
const arity = (name: string) => replyError(`ERR wrong number of arguments for '${name}' command`);

type Row = readonly [command: string, reply: Plain];

/** Sends each line, split at spaces, and compares the replies; `_` stands for an empty word. */
async function expectReplies(rows: readonly Row[]): Promise<void> {
  await using server = await startServer();
  const client = await server.connect();
  for (const [line, reply] of rows) {
    const words = line.split(" ").map((word) => (word === "_" ? "" : word));
    expect([line, await client.call(...words)]).toEqual([line, reply]);
  }
}

test("keys stand where COMMAND GETKEYS looks for them", () => {
  const one = { first: 1, last: 1, step: 1 };
  for (const { name, keys } of bitmapCommands) {
    const expected = name === "BOPT" ? { first: 2, last: -1, step: 1 } : one;
    expect([name, keys]).toEqual([name, expected]);
  }
});

describe("bits", () => {
  test("are stored and read, the least significant of each byte first", () =>
    expectReplies([
      ["BGET b", null],
      ["BSETBIT b 0 1", 0],
      ["BSETBIT b 0 1", 1],
      ["BGET b", "\u0001"],
      ["BSETBIT b 15 1", 0],
      ["BGET b", "\u0001\u0080"],
      ["BSETBIT b -16 0", 1],
      ["BGETBIT b -1", 1],
      ["BGETBIT b 0", 0],
      ["BGETBIT b 100", 0],
      ["BSETBIT b 16 0", 0],
      ["BGET b", "\u0000\u0080\u0000"],
      ["TYPE b", "bitmap"],
      ["STRLEN b", wrongType],
    ]));

  test("are given by integers with a sign and zeros in front, as in LedisDB", () =>
    expectReplies([
      ["BSETBIT b +5 01", 0],
      ["BGETBIT b 005", 1],
      ["BGETBIT b -0", 0],
      ["BSETBIT b -0 1", 0],
      ["BGETBIT b 0", 1],
    ]));

  test("are refused outside 32 bits, and before the start", () =>
    expectReplies([
      ["BSETBIT b x 1", badOffset],
      ["BSETBIT b _ 1", badOffset],
      ["BSETBIT b 1.5 1", badOffset],
      ["BSETBIT b 2147483648 1", badOffset],
      ["BSETBIT b -2147483649 1", badOffset],
      ["BSETBIT b 1 x", badValue],
      ["BSETBIT b 1 128", badValue],
      ["BSETBIT b 1 -129", badValue],
      ["BGETBIT b x", badOffset],
      ["BSETBIT b -1 1", beforeStart],
      ["BMSETBIT b 1 1 -1 1", beforeStart],
      ["EXISTS b", 0],
      ["BSETBIT b 3 1", 0],
      ["BGETBIT b -5", beforeStart],
      ["BCOUNT b -5 -1", beforeStart],
    ]));

  test("several are stored together or not at all", () =>
    expectReplies([
      ["BMSETBIT b 7 1 3 1 17 0", 3],
      ["BGET b", "\u0088\u0000\u0000"],
      ["BMSETBIT b 1 1 1 0", replyError("ERR duplicate bit pos")],
      ["BMSETBIT b 2 1 2 7", replyError("ERR duplicate bit pos")],
      ["BMSETBIT b 1 1 40 5", 1],
      ["BGET b", "\u008a\u0000\u0000"],
      ["BMSETBIT b 1", arity("bmsetbit")],
      ["BMSETBIT b 1 1 2", arity("bmsetbit")],
    ]));

  test("are counted", () =>
    expectReplies([
      ["BCOUNT b", 0],
      ["BCOUNT b -1 -3", 0],
      ["BMSETBIT b 1 1 9 1 5000 1", 3],
      ["BCOUNT b", 3],
      ["BCOUNT b 2", 2],
      ["BCOUNT b 9 9", 1],
      ["BCOUNT b 4999 2", 1],
      ["BCOUNT b -1", 1],
      ["BCOUNT b 0 x", badOffset],
      ["BCOUNT b 0 1 2", arity("bcount")],
    ]));
});

test("BOPT combines those that are there and answers bits", () =>
  expectReplies([
    ["BMSETBIT x 1 1 9 1", 2],
    ["BMSETBIT y 1 1 20 1", 2],
    ["BOPT AND d x y", 21],
    ["BGET d", "\u0002\u0000\u0000"],
    ["bopt xor d x y", 21],
    ["BGET d", "\u0000\u0002\u0010"],
    ["BOPT NOT d missing x", 10],
    ["BGET d", "\u00fd\u0001"],
    ["BOPT NOT d x y", 0],
    ["BOPT OR d x missing", 0],
    ["BOPT OR d", 0],
    ["BGET d", "\u00fd\u0001"],
    ["BOPT NAND d x y", replyError("ERR syntax error")],
    ["BOPT OR", arity("bopt")],
    ["SET s 1", "OK"],
    ["BOPT OR d x s", wrongType],
    ["BOPT OR s x y", 21],
    ["TYPE s", "bitmap"],
  ]));

test("whole bitmaps are removed, given a TTL, and looked for", () =>
  expectReplies([
    ["BMSETBIT b 1 1 5000 1", 2],
    ["BKEYEXISTS b", 1],
    ["BTTL b", -1],
    ["BEXPIRE b 1000", 1],
    ["BTTL b", 1000],
    ["BSETBIT b 2 1", 0],
    ["BTTL b", 1000],
    ["BPERSIST b", 1],
    ["BEXPIREAT b 4102444800", 1],
    ["BEXPIRE b 10 11", arity("bexpire")],
    ["BDELETE b", 2],
    ["BDELETE b", 0],
    ["BKEYEXISTS b", 0],
    ["BEXPIRE b 10", 0],
    ["SET s 1", "OK"],
    ["BDELETE s", wrongType],
    ["BGET s", wrongType],
    ["BSETBIT s 1 1", wrongType],
    ["BEXPIRE s 10", wrongType],
    ["GET s", "1"],
  ]));
