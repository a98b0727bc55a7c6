import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { allCommands } from "../../src/commands/all.ts";
import { CommandTable } from "../../src/commands/table.ts";
import { Request } from "../../src/resp/request.ts";
import { fetchKeys, type KeyFetch } from "../../src/server/fetch-keys.ts";

const table = new CommandTable(allCommands);

/** The keys that are fetched for these requests; null: nothing is. */
function keysOf(...lines: string[]): string[] | null {
  return fetched(...lines)?.keys ?? null;
}

function fetched(...lines: string[]): { keys: string[]; isBlind: boolean } | null {
  const requests = lines.map((line) => Request.of(line.split(" ").map(fromText)));
  const noted: string[] = [];
  let blind: boolean | null = null;
  const upcoming: KeyFetch = {
    add: (source, start, end) => noted.push(mapKey(source.subarray(start, end))),
    fetch: (isBlind) => {
      blind = isBlind;
    },
  };
  fetchKeys(requests, requests.length, table, upcoming);
  return blind === null ? null : { keys: noted, isBlind: blind };
}

test("keys of reads and writes, one or many in a request, are fetched", () => {
  expect(keysOf("GET a", "GET b")).toEqual(["a", "b"]);
  expect(keysOf("set a 1", "set b 2 EX 10")).toEqual(["a", "b"]);
  expect(keysOf("MSET a 1 b 2", "MSET c 3")).toEqual(["a", "b", "c"]);
  expect(keysOf("MGET a b c", "MGET d")).toEqual(["a", "b", "c", "d"]);
  expect(keysOf("RENAME a b", "RENAME c d")).toEqual(["a", "b", "c", "d"]);
  expect(keysOf("BITOP AND a b c", "BITOP OR d e")).toEqual(["a", "b", "c", "d", "e"]);
  expect(keysOf("BLPOP a b 0", "BLPOP c 0")).toEqual(["a", "b", "c"]);
});

test("what overwrites its keys says so, because their older rows are not needed", () => {
  for (const line of ["SET a 1", "MSET a 1", "SETEX a 1 1", "PSETEX a 1 1"]) {
    expect({ line, ...fetched(line) }).toEqual({ line, keys: ["a"], isBlind: true });
  }
  for (const line of ["GET a", "INCR a", "APPEND a 1", "SETNX a 1", "GETSET a 1"]) {
    expect({ line, ...fetched(line) }).toEqual({ line, keys: ["a"], isBlind: false });
  }
});

test("commands without keys, and unknown ones, fetch nothing", () => {
  expect(keysOf("PING", "GET a")).toBeNull();
  expect(keysOf("NONSENSE a", "GET a")).toBeNull();
  expect(keysOf("CONFIG GET a")).toBeNull();
});

test("requests of another form than the first one's do no harm", () => {
  expect(keysOf("GET a", "PING", "GET", "MSET x 1 y 2")).toEqual(["a", "x"]);
  expect(keysOf("RENAME a b", "GET")).toEqual(["a", "b"]);
  expect(keysOf("BLPOP a 0", "PING", "GET b")).toEqual(["a"]);
});
