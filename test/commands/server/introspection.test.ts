import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  type RespClient,
  replyError,
  startServer,
  type TestServer,
} from "../../support/start-server.ts";

let server: TestServer;
let client: RespClient;

beforeAll(async () => {
  server = await startServer();
  client = await server.connect();
});

afterAll(() => server[Symbol.asyncDispose]());

test("COUNT, COMMAND and INFO without names know all commands", async () => {
  const count = Number(await client.call("COMMAND", "COUNT"));
  expect(count).toBe(server.app.commands.size);
  expect(await client.call("COMMAND")).toHaveLength(count);
  expect(await client.call("COMMAND", "INFO")).toHaveLength(count);
  const names = (await client.call("COMMAND", "LIST")) as string[];
  expect(names.filter((name) => !name.includes("|"))).toHaveLength(count);
  expect(names).toContain("config|rewrite");
  expect(await client.call("COMMAND", "DOCS")).toHaveLength(2 * count);
});

test("INFO answers as Redis does, to the byte, in both protocols", async () => {
  const get = (set: string, map: string, pairs: (n: number) => number): string =>
    `*10\r\n$3\r\nget\r\n:2\r\n${set}2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n` +
    `${set}3\r\n+@read\r\n+@string\r\n+@fast\r\n${set}0\r\n${set}1\r\n${map}${pairs(3)}\r\n$5\r\nflags\r\n` +
    `${set}2\r\n+RO\r\n+access\r\n$12\r\nbegin_search\r\n${map}${pairs(2)}\r\n$4\r\ntype\r\n$5\r\nindex\r\n` +
    `$4\r\nspec\r\n${map}${pairs(1)}\r\n$5\r\nindex\r\n:1\r\n$9\r\nfind_keys\r\n${map}${pairs(2)}\r\n` +
    `$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n${map}${pairs(3)}\r\n$7\r\nlastkey\r\n:0\r\n` +
    `$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n${set}0\r\n`;
  expect(await client.wire("COMMAND", "INFO", "GET", "nosuch", "client|foo")).toBe(
    `*3\r\n${get("*", "*", (n) => 2 * n)}$-1\r\n$-1\r\n`,
  );
  const other = await server.connect();
  await other.call("HELLO", 3);
  expect(await other.wire("command", "info", "get")).toBe(`*1\r\n${get("~", "%", (n) => n)}`);
});

test("DOCS leaves out names that it does not know", async () => {
  expect(await client.call("COMMAND", "DOCS", "nosuch")).toEqual([]);
  const docs = (await client.call("COMMAND", "DOCS", "config|get", "nosuch")) as unknown[];
  expect(docs[0]).toBe("config|get");
  expect(docs).toHaveLength(2);
});

test("LIST filters by pattern, category and module", async () => {
  expect(await client.call("COMMAND", "LIST", "FILTERBY", "PATTERN", "config|re*")).toEqual([
    "config|resetstat",
    "config|rewrite",
  ]);
  expect(await client.call("COMMAND", "LIST", "filterby", "aclcat", "string")).toContain("get");
  expect(await client.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "nosuch")).toEqual([]);
  expect(await client.call("COMMAND", "LIST", "FILTERBY", "MODULE", "x")).toEqual([]);
  for (const words of [["FILTERBY"], ["FILTERBY", "FOO", "x"], ["FOO", "PATTERN", "x"]]) {
    expect(await client.call("COMMAND", "LIST", ...words)).toEqual(replyError("ERR syntax error"));
  }
});

test("GETKEYS finds the keys of a whole command", async () => {
  expect(await client.call("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2")).toEqual(["a", "b"]);
  expect(await client.call("COMMAND", "GETKEYS", "memory", "usage", "k")).toEqual(["k"]);
  for (const [words, error] of [
    [["get", "a", "b"], "Invalid number of arguments specified for command"],
    [["nosuch", "a"], "Invalid command specified"],
    [["config", "foo"], "Invalid command specified"],
    [["config", "get", "x"], "The command has no key arguments"],
    [["get"], "wrong number of arguments for 'command|getkeys' command"],
  ] as const) {
    expect(await client.call("COMMAND", "GETKEYS", ...words)).toEqual(replyError(`ERR ${error}`));
  }
});

test("GETKEYSANDFLAGS tells what happens to them", async () => {
  expect(await client.call("COMMAND", "GETKEYSANDFLAGS", "GET", "a")).toEqual([
    ["a", ["RO", "access"]],
  ]);
});

test("an unknown subcommand is refused as in Redis", async () => {
  expect(await client.call("COMMAND", "FOO")).toEqual(
    replyError("ERR unknown subcommand 'FOO'. Try COMMAND HELP."),
  );
  expect(await client.call("COMMAND", "COUNT", "x")).toEqual(
    replyError("ERR wrong number of arguments for 'command|count' command"),
  );
});
