import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  type RespClient,
  replyError,
  startServer,
  type TestServer,
} from "../../support/start-server.ts";

let server: TestServer;
let client: RespClient;
let other: RespClient;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(async () => {
  client = await server.connect();
  other = await server.connect();
});

const idOf = async (one: RespClient): Promise<number> => Number(await one.call("CLIENT", "ID"));

/** One field of CLIENT INFO or of a line of CLIENT LIST. */
function field(line: unknown, name: string): string | undefined {
  return new RegExp(`(?:^| )${name}=(\\S*)`).exec(`${line}`)?.[1];
}

test("without or with an unknown subcommand, or too many words, the error is Redis's", async () => {
  for (const [words, error] of [
    [[], "wrong number of arguments for 'client' command"],
    [["FOO"], "unknown subcommand 'FOO'. Try CLIENT HELP."],
    [["foo\0bar"], "unknown subcommand 'foo'. Try CLIENT HELP."],
    [["KILL"], "wrong number of arguments for 'client|kill' command"],
    [["id", "x"], "wrong number of arguments for 'client|id' command"],
    [["INFO", "x"], "wrong number of arguments for 'client|info' command"],
    [["HELP", "x"], "wrong number of arguments for 'client|help' command"],
  ] as const) {
    expect(await client.call("CLIENT", ...words)).toEqual(replyError(`ERR ${error}`));
  }
});

test("numbers of connections count up", async () => {
  expect(await idOf(other)).toBeGreaterThan(await idOf(client));
  expect(await client.wire("CLIENT", "ID")).toMatch(/^:\d+\r\n$/);
});

test("a name is set, answered and taken away", async () => {
  expect(await client.wire("CLIENT", "GETNAME")).toBe("$-1\r\n");
  expect(await client.wire("client", "setname", "bob")).toBe("+OK\r\n");
  expect(await client.wire("CLIENT", "GETNAME")).toBe("$3\r\nbob\r\n");
  expect(await client.call("CLIENT", "SETNAME", "a b")).toEqual(
    replyError("ERR Client names cannot contain spaces, newlines or special characters."),
  );
  expect(await client.call("CLIENT", "SETNAME", "")).toBe("OK");
  expect(await client.call("CLIENT", "GETNAME")).toBeNull();
});

test("SETINFO takes the library's name and version", async () => {
  expect(await client.call("CLIENT", "SETINFO", "LIB-NAME", "x")).toBe("OK");
  expect(await client.call("CLIENT", "SETINFO", "lib-ver", "1.2")).toBe("OK");
  expect(await client.call("CLIENT", "SETINFO", "LIB-VER", "1 2")).toEqual(
    replyError("ERR lib-ver cannot contain spaces, newlines or special characters."),
  );
  expect(await client.call("CLIENT", "SETINFO", "FOO", "x")).toEqual(
    replyError("ERR Unrecognized option 'FOO'"),
  );
});

describe("LIST and INFO", () => {
  test("INFO is the line of this connection", async () => {
    await client.call("CLIENT", "SETNAME", "me");
    await client.call("SELECT", 3);
    const line = await client.call("CLIENT", "INFO");
    expect(field(line, "id")).toBe(`${await idOf(client)}`);
    expect(field(line, "laddr")).toBe(`127.0.0.1:${server.port}`);
    expect(field(line, "addr")).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(field(line, "name")).toBe("me");
    expect(field(line, "db")).toBe("3");
    expect(field(line, "cmd")).toBe("client|info");
    expect(`${line}`).toEndWith(" resp=2\n");
  });

  test("LIST has one line for each connection, by TYPE or ID if asked", async () => {
    const [a, b] = [await idOf(client), await idOf(other)];
    const ids = async (...words: string[]): Promise<(string | undefined)[]> => {
      const text = `${await client.call("CLIENT", "LIST", ...words)}`;
      return text
        .split("\n")
        .slice(0, -1)
        .map((line) => field(line, "id"));
    };
    expect(await ids()).toContain(`${b}`);
    expect(await ids("TYPE", "normal")).toContain(`${a}`);
    expect(await ids("TYPE", "pubsub")).toEqual([]);
    expect(await ids("ID", `${b}`, "99999", `${a}`)).toEqual([`${b}`, `${a}`]);
  });

  test("in RESP3 they are verbatim text", async () => {
    await client.call("HELLO", 3);
    expect((await client.reply("CLIENT", "INFO")).kind).toBe("verbatim");
    expect((await client.reply("CLIENT", "LIST")).kind).toBe("verbatim");
  });

  test("bad words are refused as in Redis", async () => {
    for (const [words, error] of [
      [["TYPE", "foo"], "Unknown client type 'foo'"],
      [["ID", "x"], "Invalid client ID"],
      [["ID"], "syntax error"],
      [["FOO"], "syntax error"],
      [["TYPE", "normal", "x"], "syntax error"],
    ] as const) {
      expect(await client.call("CLIENT", "LIST", ...words)).toEqual(replyError(`ERR ${error}`));
    }
  });
});

describe("KILL", () => {
  test("the old form closes the connection from an address", async () => {
    const address = field(await other.call("CLIENT", "INFO"), "addr")!;
    expect(await client.wire("CLIENT", "KILL", address)).toBe("+OK\r\n");
    await other.closed;
    expect(await client.call("CLIENT", "KILL", address)).toEqual(replyError("ERR No such client"));
  });

  test("the new form answers how many it has closed", async () => {
    const id = await idOf(other);
    expect(await client.wire("CLIENT", "KILL", "ID", id)).toBe(":1\r\n");
    await other.closed;
    expect(await client.wire("CLIENT", "KILL", "ID", id)).toBe(":0\r\n");
  });

  test("one that kills itself gets its reply first, and runs nothing more", async () => {
    const id = await idOf(client);
    client.send("CLIENT", "KILL", "ID", id, "SKIPME", "no");
    client.send("SET", "behind-kill", "1");
    expect(await client.readPlain()).toBe(1);
    await client.closed;
    expect(await other.call("GET", "behind-kill")).toBeNull();
  });

  test("the old form may name the connection itself", async () => {
    const address = field(await client.call("CLIENT", "INFO"), "addr")!;
    expect(await client.call("CLIENT", "KILL", address)).toBe("OK");
    await client.closed;
  });
});

describe("REPLY", () => {
  test("SKIP silences itself and the next command, and nothing else", async () => {
    client.send("CLIENT", "REPLY", "SKIP");
    client.send("PING", "silent");
    client.send("PING", "heard");
    expect(await client.readPlain()).toBe("heard");
  });

  test("it does so in one pipeline, too, and SKIP behind SKIP goes on", async () => {
    client.send("CLIENT", "REPLY", "SKIP");
    client.send("CLIENT", "REPLY", "SKIP");
    client.send("PING", "silent");
    client.send("PING", "heard");
    client.send("PING", "heard too");
    expect(await client.readPlain()).toBe("heard");
    expect(await client.readPlain()).toBe("heard too");
  });

  test("ON behind SKIP is answered", async () => {
    client.send("CLIENT", "REPLY", "SKIP");
    client.send("CLIENT", "REPLY", "ON");
    client.send("PING", "heard");
    expect(await client.readPlain()).toBe("OK");
    expect(await client.readPlain()).toBe("heard");
  });

  test("RESET behind SKIP is not answered, as in Redis", async () => {
    client.send("CLIENT", "REPLY", "SKIP");
    client.send("RESET");
    client.send("PING", "heard");
    expect(await client.readPlain()).toBe("heard");
  });

  test("OFF silences everything, errors included, until ON", async () => {
    client.send("CLIENT", "REPLY", "OFF");
    client.send("PING", "silent");
    client.send("NOSUCH");
    client.send("CLIENT", "REPLY", "SKIP");
    client.send("CLIENT", "REPLY", "foo");
    client.send("SET", "reply-off", "set");
    client.send("CLIENT", "REPLY", "ON");
    client.send("GET", "reply-off");
    expect(await client.readPlain()).toBe("OK");
    expect(await client.readPlain()).toBe("set");
  });

  test("another word is a syntax error", async () => {
    expect(await client.call("CLIENT", "REPLY", "foo")).toEqual(replyError("ERR syntax error"));
  });

  test("a protocol error is not answered while replies are off, but closes", async () => {
    client.send("CLIENT", "REPLY", "OFF");
    client.sendBytes("*x\r\n");
    await client.closed;
    expect(client.unread).toBe(0);
  });
});

describe("PAUSE", () => {
  test("of writes holds writes back until UNPAUSE; reads go on", async () => {
    expect(await client.call("CLIENT", "PAUSE", 60_000, "WRITE")).toBe("OK");
    const writing = other.call("SET", "paused", "1");
    other.send("GET", "paused");
    expect(await client.call("GET", "paused")).toBeNull();
    expect(await client.pipeline([["CLIENT", "UNPAUSE"], ["PING"]])).toEqual(["OK", "PONG"]);
    expect(await writing).toBe("OK");
    expect(await other.readPlain()).toBe("1");
    expect(await client.wire("PING")).toBe("+PONG\r\n");
  });

  test("of all holds every command until the time has passed", async () => {
    const started = performance.now();
    expect(await client.call("CLIENT", "PAUSE", 60)).toBe("OK");
    expect(await Promise.all([client.call("PING"), other.call("CLIENT", "UNPAUSE")])).toEqual([
      "PONG",
      "OK",
    ]);
    expect(performance.now() - started).toBeGreaterThan(50);
  });

  test("a connection that closes while it is held back is forgotten", async () => {
    await client.call("CLIENT", "PAUSE", 60_000, "WRITE");
    other.send("SET", "paused-and-gone", "1");
    await client.call("GET", "x");
    other.close();
    const before = [...server.app.clients()].length;
    while ([...server.app.clients()].length === before) await Bun.sleep(1);
    await client.call("CLIENT", "UNPAUSE");
    expect(await client.call("GET", "paused-and-gone")).toBeNull();
  });

  test.each([
    [["x"], "timeout is not an integer or out of range"],
    [["1.5"], "timeout is not an integer or out of range"],
    [["-1"], "timeout is negative"],
    [["10", "foo"], "CLIENT PAUSE mode must be WRITE or ALL"],
    [
      ["10", "WRITE", "x"],
      "unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.",
    ],
  ])("%p is refused", async (words, error) => {
    expect(await client.call("CLIENT", "PAUSE", ...words)).toEqual(replyError(`ERR ${error}`));
  });

  test("a time beyond all times does not stop the server for ever", async () => {
    expect(await client.call("CLIENT", "PAUSE", "9223372036854775807")).toBe("OK");
    expect(await other.call("PING")).toBe("PONG");
  });
});

test("UNBLOCK answers 0 for a client that does not wait", async () => {
  const id = await idOf(other);
  expect(await client.call("CLIENT", "UNBLOCK", id)).toBe(0);
  expect(await client.call("CLIENT", "UNBLOCK", id, "error")).toBe(0);
  expect(await client.call("CLIENT", "UNBLOCK", 99_999, "TIMEOUT")).toBe(0);
  for (const [words, error] of [
    [["x"], "value is not an integer or out of range"],
    [["1", "FOO"], "CLIENT UNBLOCK reason should be TIMEOUT or ERROR"],
    [
      ["1", "ERROR", "x"],
      "unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.",
    ],
  ] as const) {
    expect(await client.call("CLIENT", "UNBLOCK", ...words)).toEqual(replyError(`ERR ${error}`));
  }
});

test("NO-EVICT and NO-TOUCH are switched", async () => {
  expect(await client.call("CLIENT", "NO-EVICT", "on")).toBe("OK");
  expect(await client.call("CLIENT", "NO-TOUCH", "ON")).toBe("OK");
  expect(field(await client.call("CLIENT", "INFO"), "flags")).toBe("eT");
  expect(await client.call("CLIENT", "NO-EVICT", "off")).toBe("OK");
  expect(await client.call("CLIENT", "NO-EVICT", "foo")).toEqual(replyError("ERR syntax error"));
});

test("HELP answers lines of status replies", async () => {
  const wire = await client.wire("CLIENT", "HELP");
  expect(wire).toMatch(/^\*\d+\r\n\+CLIENT <subcommand> \[<arg> \[value\] \[opt\] \.\.\.\]\. Sub/);
  expect(wire).toEndWith("+HELP\r\n+    Prints this help.\r\n");
});
