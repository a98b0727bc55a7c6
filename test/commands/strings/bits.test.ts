import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fromText } from "../../../src/bytes/bytes.ts";
import { bitCommands } from "../../../src/commands/strings/bits.ts";
import { TYPE_LIST } from "../../../src/keyspace/rows/key-row.ts";
import { ReplyParser } from "../../../src/resp/reply-parser.ts";
import { toPlain } from "../../support/resp-client.ts";
import { replyError, startServer, type TestServer } from "../../support/start-server.ts";

/** A random sequence on empty databases, and what redis-server 7.0.15 answered; texts in latin1. */
const captured = readFileSync(new URL("redis-bits.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as [args: string[], wire: string])
  .map(([args, wire]) => ({ args: args.map((text) => Buffer.from(text, "latin1")), wire }));

const syntax = replyError("ERR syntax error");
const notInteger = replyError("ERR value is not an integer or out of range");
const badOffset = replyError("ERR bit offset is not an integer or out of range");
const badBit = replyError("ERR bit is not an integer or out of range");
const badType = replyError(
  "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");

/** Makes `key` a key of another type. */
function putList(server: TestServer, key: string): void {
  const { table } = server.app.ledis.select(0);
  const row = table.put(fromText(key), TYPE_LIST, 0, 6);
  row.buffer.fill(0, row.start, row.end);
}

describe("a random sequence is answered as by Redis", () => {
  test("with one command a turn", async () => {
    await using server = await startServer();
    const client = await server.connect();
    for (const { args, wire } of captured) {
      expect({ args, wire: await client.wire(...args) }).toEqual({ args, wire });
    }
  });

  test("with many commands in a turn", async () => {
    await using server = await startServer();
    const client = await server.connect();
    const parser = new ReplyParser();
    const expected = captured.map(({ wire }) => {
      parser.push(Buffer.from(wire, "latin1"));
      return toPlain(parser.next()!);
    });
    expect(await client.pipeline(captured.map(({ args }) => args))).toEqual(expected);
  });
});

test("keys stand where COMMAND GETKEYS looks for them", () => {
  const keys = Object.fromEntries(bitCommands.map((row) => [row.name, row.keys]));
  const one = { first: 1, last: 1, step: 1 };
  expect(keys).toEqual({
    SETBIT: one,
    GETBIT: one,
    BITCOUNT: one,
    BITPOS: one,
    BITOP: { first: 2, last: -1, step: 1 },
    BITFIELD: one,
    BITFIELD_RO: one,
  });
});

test("arities are those of Redis", () => {
  const arities = Object.fromEntries(bitCommands.map((row) => [row.name, row.arity]));
  expect(arities).toEqual({
    SETBIT: 4,
    GETBIT: 3,
    BITCOUNT: -2,
    BITPOS: -3,
    BITOP: -4,
    BITFIELD: -2,
    BITFIELD_RO: -2,
  });
});

test("SETBIT and GETBIT refuse what is no offset and no bit, in this order", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (const offset of ["-1", "x", "", "01", "4294967296", "9223372036854775808"]) {
    expect(await client.call("SETBIT", "k", offset, "2")).toEqual(badOffset);
    expect(await client.call("GETBIT", "k", offset)).toEqual(badOffset);
  }
  for (const bit of ["2", "-1", "x", ""]) {
    expect(await client.call("SETBIT", "k", "0", bit)).toEqual(badBit);
  }
  expect(await client.call("SETBIT", "k", "7", "1")).toBe(0);
  expect(await client.call("SETBIT", "k", "7", "0")).toBe(1);
  expect(await client.call("GETBIT", "k", "4294967295")).toBe(0);
  expect(await client.call("GET", "k")).toBe("\0");
});

test("proto-max-bulk-len says how far a bit may stand", async () => {
  await using server = await startServer({ "proto-max-bulk-len": "1mb" });
  const client = await server.connect();
  expect(await client.call("SETBIT", "k", 8 << 20, "1")).toEqual(badOffset);
  expect(await client.call("BITFIELD", "k", "GET", "u8", "#1048576")).toEqual(badOffset);
  expect(await client.call("SETBIT", "k", (8 << 20) - 1, "1")).toBe(0);
  expect(await client.call("BITCOUNT", "k")).toBe(1);
});

test("BITCOUNT and BITPOS look at the key before their range, and BITPOS at the bit before the key", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("BITCOUNT", "missing", "a", "b")).toBe(0);
  expect(await client.call("BITPOS", "missing", "1", "a")).toBe(-1);
  expect(await client.call("BITPOS", "missing", "0", "a", "b", "c", "d")).toBe(0);
  expect(await client.call("BITPOS", "missing", "x")).toEqual(notInteger);
  expect(await client.call("BITPOS", "missing", "2")).toEqual(
    replyError("ERR The bit argument must be 1 or 0."),
  );
  await client.call("SET", "k", "abc");
  expect(await client.call("BITCOUNT", "k", "1")).toEqual(syntax);
  expect(await client.call("BITCOUNT", "k", "0", "1", "NIBBLE")).toEqual(syntax);
  expect(await client.call("BITCOUNT", "k", "0", "1", "BIT", "x")).toEqual(syntax);
  expect(await client.call("BITCOUNT", "k", "x", "1", "NIBBLE")).toEqual(notInteger);
  expect(await client.call("BITPOS", "k", "1", "0", "x", "NIBBLE")).toEqual(syntax);
  expect(await client.call("BITCOUNT", "k", "0", "-1", "bit")).toBe(10);
});

test("BITOP refuses an unknown operation and several sources for NOT", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("BITOP", "NAND", "t", "a")).toEqual(syntax);
  expect(await client.call("BITOP", "NOT", "t", "a", "b")).toEqual(
    replyError("ERR BITOP NOT must be called with a single source key."),
  );
  expect(await client.call("BITOP", "NOT", "t")).toEqual(
    replyError("ERR wrong number of arguments for 'bitop' command"),
  );
});

test("BITFIELD changes nothing when one of its operations is wrong", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const write = ["SET", "u8", "0", "65"];
  for (const type of ["u64", "i65", "u0", "I8", "8", "i", ""]) {
    expect(await client.call("BITFIELD", "k", ...write, "GET", type, "0")).toEqual(badType);
  }
  for (const offset of ["-1", "x", "#", "#-1", "#4294967296"]) {
    expect(await client.call("BITFIELD", "k", ...write, "GET", "u8", offset)).toEqual(badOffset);
  }
  expect(await client.call("BITFIELD", "k", ...write, "SET", "u8", "0", "x")).toEqual(notInteger);
  expect(await client.call("BITFIELD", "k", ...write, "SET", "u8", "0")).toEqual(syntax);
  expect(await client.call("BITFIELD", "k", ...write, "OVERFLOW")).toEqual(syntax);
  expect(await client.call("BITFIELD", "k", ...write, "OVERFLOW", "x")).toEqual(
    replyError("ERR Invalid OVERFLOW type specified"),
  );
  expect(await client.call("GET", "k")).toBeNull();
  expect(await client.call("BITFIELD", "k")).toEqual([]);
  expect(await client.call("BITFIELD", "k", ...write, "GET", "i4", "#1")).toEqual([0, 1]);
});

test("BITFIELD_RO only reads", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "k", "AB");
  expect(await client.call("BITFIELD_RO", "k", "GET", "u8", "#1", "GET", "u4", "0")).toEqual([
    66, 4,
  ]);
  expect(await client.call("BITFIELD_RO", "k", "INCRBY", "u8", "0", "1")).toEqual(
    replyError("ERR BITFIELD_RO only supports the GET subcommand"),
  );
});

test("a key of another type is refused, as the target of BITOP it is replaced", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "s", "a");
  putList(server, "l");
  for (const words of [
    ["SETBIT", "l", "0", "1"],
    ["GETBIT", "l", "0"],
    ["BITCOUNT", "l"],
    ["BITCOUNT", "l", "x", "y"],
    ["BITPOS", "l", "1"],
    ["BITPOS", "l", "1", "x"],
    ["BITOP", "OR", "t", "s", "l"],
    ["BITFIELD", "l"],
    ["BITFIELD", "l", "SET", "u8", "0", "1"],
    ["BITFIELD_RO", "l", "GET", "u8", "0"],
  ]) {
    expect({ words, reply: await client.call(...words) }).toEqual({ words, reply: wrongType });
  }
  expect(await client.call("BITOP", "OR", "l", "s")).toBe(1);
  expect(await client.call("GET", "l")).toBe("a");
});
