import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { fromMapKey } from "../../../src/bytes/bytes.ts";
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
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(async () => {
  client = await server.connect();
});

test("PING answers PONG, or its argument as a bulk string", async () => {
  expect(await client.wire("PING")).toBe("+PONG\r\n");
  expect(await client.wire("ping", "a\0b")).toBe("$3\r\na\0b\r\n");
  expect(await client.wire("PING", "")).toBe("$0\r\n\r\n");
  expect(await client.wire("PING", "a", "b")).toBe(
    "-ERR wrong number of arguments for 'ping' command\r\n",
  );
});

test("ECHO answers its argument", async () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(fromMapKey(`${await client.call("ECHO", all)}`)).toEqual(all);
  expect(await client.call("ECHO")).toEqual(
    replyError("ERR wrong number of arguments for 'echo' command"),
  );
});

test("QUIT answers OK and closes, whatever stands behind it", async () => {
  client.send("QUIT", "a", "b");
  client.send("SET", "behind-quit", "1");
  expect(await client.readPlain()).toBe("OK");
  await client.closed;
  expect(await (await server.connect()).call("GET", "behind-quit")).toBeNull();
});

describe("SELECT", () => {
  test("changes the database of this connection alone", async () => {
    const other = await server.connect();
    expect(await client.wire("SELECT", 1)).toBe("+OK\r\n");
    await client.call("SET", "select", "one");
    expect(await other.call("GET", "select")).toBeNull();
    expect(await client.call("SELECT", 0)).toBe("OK");
    expect(await client.call("GET", "select")).toBeNull();
    expect(await client.call("SELECT", 15)).toBe("OK");
  });

  test.each([
    ["16", "ERR DB index is out of range"],
    ["-1", "ERR DB index is out of range"],
    ["x", "ERR value is not an integer or out of range"],
    ["", "ERR value is not an integer or out of range"],
    ["+3", "ERR value is not an integer or out of range"],
    ["07", "ERR value is not an integer or out of range"],
    ["4294967296", "ERR value is out of range, value must between -2147483648 and 2147483647"],
  ])("refuses %p as Redis does, and stays where it was", async (index, error) => {
    expect(await client.call("SELECT", index)).toEqual(replyError(error));
    expect(await client.call("CLIENT", "INFO")).toContain(" db=0 ");
  });
});

describe("HELLO", () => {
  const properties = (id: number, protocol: number): string =>
    "$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n" +
    `$5\r\nproto\r\n:${protocol}\r\n$2\r\nid\r\n:${id}\r\n` +
    "$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n";

  test("answers what the server is, in the protocol that it chooses", async () => {
    const id = Number(await client.call("CLIENT", "ID"));
    expect(await client.wire("HELLO")).toBe(`*14\r\n${properties(id, 2)}`);
    expect(await client.wire("HELLO", 3)).toBe(`%7\r\n${properties(id, 3)}`);
    expect(await client.wire("GET", "nosuch")).toBe("_\r\n");
    expect(await client.wire("HELLO")).toBe(`%7\r\n${properties(id, 3)}`);
    expect(await client.wire("HELLO", 2)).toBe(`*14\r\n${properties(id, 2)}`);
    expect(await client.wire("GET", "nosuch")).toBe("$-1\r\n");
  });

  test("SETNAME names the connection", async () => {
    await client.call("HELLO", 3, "SETNAME", "bob");
    expect(await client.call("CLIENT", "GETNAME")).toBe("bob");
  });

  test("AUTH without a password takes every password of the user default", async () => {
    expect(await client.call("HELLO", 2, "auth", "default", "x", "setname", "y")).toBeArray();
    expect(await client.call("CLIENT", "GETNAME")).toBe("y");
  });

  test.each([
    [["x"], "ERR Protocol version is not an integer or out of range"],
    [["4"], "NOPROTO unsupported protocol version"],
    [["1", "FOO"], "NOPROTO unsupported protocol version"],
    [["3", "FOO"], "ERR Syntax error in HELLO option 'FOO'"],
    [["3", "AUTH", "a"], "ERR Syntax error in HELLO option 'AUTH'"],
    [["3", "AUTH", "a", "b"], "WRONGPASS invalid username-password pair or user is disabled."],
    [["3", "SETNAME"], "ERR Syntax error in HELLO option 'SETNAME'"],
    [
      ["3", "SETNAME", "a b"],
      "ERR Client names cannot contain spaces, newlines or special characters.",
    ],
  ])("refuses %p and changes nothing", async (words, error) => {
    expect(await client.call("HELLO", ...words)).toEqual(replyError(error));
    expect(await client.wire("GET", "nosuch")).toBe("$-1\r\n");
    expect(await client.call("CLIENT", "GETNAME")).toBeNull();
  });
});

test("RESET makes the connection what it was at the start", async () => {
  await client.call("HELLO", 3, "SETNAME", "bob");
  await client.call("SELECT", 3);
  await client.call("CLIENT", "NO-EVICT", "ON");
  expect(await client.wire("RESET")).toBe("+RESET\r\n");
  expect(await client.wire("CLIENT", "GETNAME")).toBe("$-1\r\n");
  expect(await client.call("CLIENT", "INFO")).toContain(" flags=N db=0 ");
  expect(await client.call("RESET", "x")).toEqual(
    replyError("ERR wrong number of arguments for 'reset' command"),
  );
});
