import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

const noAuth = replyError("NOAUTH Authentication required.");
const wrongPassword = replyError("WRONGPASS invalid username-password pair or user is disabled.");

test("with a password, nothing runs before AUTH but AUTH, HELLO, RESET and QUIT", async () => {
  await using server = await startServer({ requirepass: "päss" });
  const client = await server.connect();
  expect(await client.call("GET", "a")).toEqual(noAuth);
  expect(await client.call("SET", "a", "b")).toEqual(noAuth);
  expect(await client.call("CLIENT", "LIST")).toEqual(noAuth);
  expect(await client.call("COMMAND")).toEqual(noAuth);
  expect(await client.wire("RESET")).toBe("+RESET\r\n");
  expect(await client.call("HELLO", 3)).toEqual(
    replyError(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
    ),
  );
  expect(await client.call("HELLO", 9)).toEqual(replyError("NOPROTO unsupported protocol version"));
  expect(await client.call("AUTH", "päss")).toBe("OK");
  expect(await client.call("GET", "a")).toBeNull();

  const other = await server.connect();
  expect(await other.wire("QUIT")).toBe("+OK\r\n");
  await other.closed;
});

test("unknown commands and wrong numbers of words are told before the password, as in Redis", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const client = await server.connect();
  expect(await client.call("NOSUCH", "x")).toEqual(
    replyError("ERR unknown command 'NOSUCH', with args beginning with: 'x' "),
  );
  expect(await client.call("CLIENT", "FOO")).toEqual(
    replyError("ERR unknown subcommand 'FOO'. Try CLIENT HELP."),
  );
  expect(await client.call("GET")).toEqual(
    replyError("ERR wrong number of arguments for 'get' command"),
  );
});

test("a wrong password changes nothing, before and after the right one", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const client = await server.connect();
  expect(await client.call("AUTH", "bad")).toEqual(wrongPassword);
  expect(await client.call("AUTH", "default", "bad")).toEqual(wrongPassword);
  expect(await client.call("AUTH", "bob", "pw")).toEqual(wrongPassword);
  expect(await client.call("GET", "a")).toEqual(noAuth);
  expect(await client.call("AUTH", "default", "pw")).toBe("OK");
  expect(await client.call("AUTH", "bad")).toEqual(wrongPassword);
  expect(await client.call("GET", "a")).toBeNull();
});

test("HELLO with the password authenticates, chooses the protocol and names", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const client = await server.connect();
  expect(await client.call("HELLO", 3, "AUTH", "default", "bad")).toEqual(wrongPassword);
  const hello = await client.reply("HELLO", 3, "AUTH", "default", "pw", "SETNAME", "bob");
  expect(hello.kind).toBe("map");
  expect(await client.call("CLIENT", "GETNAME")).toBe("bob");
});

test("RESET forgets the authentication", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const client = await server.connect();
  await client.call("AUTH", "pw");
  await client.call("RESET");
  expect(await client.call("GET", "a")).toEqual(noAuth);
});

test("AUTH without a password configured says so; too many words are a syntax error", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("AUTH", "x")).toEqual(
    replyError(
      "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
    ),
  );
  expect(await client.call("AUTH", "default", "x")).toBe("OK");
  expect(await client.call("AUTH", "bob", "x")).toEqual(wrongPassword);
  expect(await client.call("AUTH", "a", "b", "c")).toEqual(replyError("ERR syntax error"));
  expect(await client.call("AUTH")).toEqual(
    replyError("ERR wrong number of arguments for 'auth' command"),
  );
});

test("a new password leaves the clients alone that are there; none lets everybody in", async () => {
  await using server = await startServer();
  const old = await server.connect();
  expect(await old.call("CONFIG", "SET", "requirepass", "new")).toBe("OK");
  expect(await old.call("GET", "a")).toBeNull();
  const later = await server.connect();
  expect(await later.call("GET", "a")).toEqual(noAuth);
  expect(await old.call("CONFIG", "SET", "requirepass", "")).toBe("OK");
  expect(await later.call("GET", "a")).toBeNull();
});

test("before AUTH, large requests are refused", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const client = await server.connect();
  client.sendBytes("*2\r\n$4\r\nECHO\r\n$20000\r\n");
  expect(await client.readPlain()).toEqual(
    replyError("ERR Protocol error: unauthenticated bulk length"),
  );
  await client.closed;
  const other = await server.connect();
  await other.call("AUTH", "pw");
  expect(await other.call("ECHO", "x".repeat(20_000))).toHaveLength(20_000);
});
