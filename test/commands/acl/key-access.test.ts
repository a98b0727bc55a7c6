import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { accessedKeys } from "../../../src/commands/acl/key-access.ts";
import { allCommands } from "../../../src/commands/all.ts";
import { CommandTable } from "../../../src/commands/table.ts";
import { Request } from "../../../src/resp/request.ts";

const table = new CommandTable(allCommands);

/** Keys of a request, each with R and W before it as far as they are needed. */
function access(line: string): string[] {
  const words = line.split(" ").map(fromText);
  const command = table.meantBy(Request.of(words))!;
  return accessedKeys(command, words).map(
    ({ key, reads, writes }) => `${reads ? "R" : ""}${writes ? "W" : ""}:${toText(key)}`,
  );
}

test.each([
  ["GET a", ["R:a"]],
  ["SET a b", ["W:a"]],
  ["SET a b EX 1 get", ["RW:a"]],
  ["EXISTS a b", [":a", ":b"]],
  ["RENAME a b", ["RW:a", "W:b"]],
  ["BITFIELD a GET u8 0 OVERFLOW WRAP GET u8 8", ["R:a"]],
  ["BITFIELD a GET u8 0 INCRBY u8 0 1", ["RW:a"]],
  ["ZUNIONSTORE a 2 b c WEIGHTS 1 2", ["W:a", "R:b", "R:c"]],
  ["ZUNIONSTORE a 9 b", []],
  ["EVAL x 1 a b", ["RW:a"]],
  ["EVAL_RO x 1 a b", ["R:a"]],
  ["SORT a BY b* GET c* STORE d", ["R:a", "W:d"]],
  ["XREADGROUP GROUP g c STREAMS a b > >", ["R:a", "R:b"]],
  ["SSUBSCRIBE a b", []],
  ["PING", []],
  ["HCLEAR a", ["RW:a"]],
  ["OBJECT ENCODING a", [":a"]],
  ["MEMORY USAGE a", [":a"]],
])("%p", (line, keys) => {
  expect(access(line)).toEqual(keys);
});

test("whatever GEORADIUS might store into counts, not the first alone", () => {
  expect(access("GEORADIUS a 1 1 1 m")).toEqual(["R:a"]);
  expect(access("GEORADIUS a 1 1 1 m STORE b storedist c STORE d")).toEqual([
    "R:a",
    "W:b",
    "W:c",
    "W:d",
  ]);
  expect(access("GEORADIUSBYMEMBER a STORE 1 m")).toEqual(["R:a"]);
  expect(access("GEORADIUSBYMEMBER a m 1 m STORE b")).toEqual(["R:a", "W:b"]);
});

test("no command's words are read beyond its request", () => {
  expect(access("SET a b GET")).toEqual(["RW:a"]);
  expect(access("SORT a STORE")).toEqual(["R:a"]);
});
