import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  type Plain,
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

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

test("a client that is not tracked is told so", async () => {
  expect(await client.wire("CLIENT", "GETREDIR")).toBe(":-1\r\n");
  expect(await client.wire("CLIENT", "TRACKINGINFO")).toBe(
    "*6\r\n$5\r\nflags\r\n*1\r\n$3\r\noff\r\n$8\r\nredirect\r\n:-1\r\n$8\r\nprefixes\r\n*0\r\n",
  );
  expect(await client.call("CLIENT", "TRACKING", "off")).toBe("OK");
});

test.each([
  [["TRACKING"], "ERR wrong number of arguments for 'client|tracking' command"],
  [["TRACKING", "foo"], "ERR syntax error"],
  [["TRACKING", "off", "foo"], "ERR syntax error"],
  [["CACHING"], "ERR wrong number of arguments for 'client|caching' command"],
  [["CACHING", "yes", "no"], "ERR wrong number of arguments for 'client|caching' command"],
  [["GETREDIR", "x"], "ERR wrong number of arguments for 'client|getredir' command"],
  [["TRACKINGINFO", "x"], "ERR wrong number of arguments for 'client|trackinginfo' command"],
  [
    ["CACHING", "foo"],
    "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
  ],
])("CLIENT %j is refused", async (words, text) => {
  expect(await client.call("CLIENT", ...words)).toEqual(replyError(text));
});

test("INFO and CLIENT LIST tell who is tracked, and what is remembered", async () => {
  const fields = async (section: string) => {
    const text = (await client.call("INFO", section)) as string;
    return text.split("\r\n").filter((line) => line.startsWith("tracking_"));
  };
  const [reader, prefixed] = [await server.connect(), await server.connect()];
  await reader.call("CLIENT", "TRACKING", "ON");
  await prefixed.call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "a", "PREFIX", "b");
  await reader.call("MGET", "1", "2", "3");
  expect(await fields("clients")).toEqual(["tracking_clients:2"]);
  expect(await fields("stats")).toEqual([
    ...["tracking_total_keys:3", "tracking_total_items:3"],
    "tracking_total_prefixes:2",
  ]);
  expect(await prefixed.call("CLIENT", "INFO")).toMatch(/ flags=tB .* redir=0 /);
  await reader.call("RESET");
  expect(await reader.call("CLIENT", "INFO")).toMatch(/ flags=N .* redir=-1 /);
  expect(await fields("clients")).toEqual(["tracking_clients:1"]);
});

test("COMMAND DOCS has Redis's arguments", async () => {
  const docs = (await client.call("COMMAND", "DOCS", "CLIENT|TRACKING")) as Plain[];
  expect(JSON.stringify(docs)).toContain(
    '["name","prefix","type","string","token","PREFIX","flags",["optional","multiple","multiple_token"]]',
  );
});
