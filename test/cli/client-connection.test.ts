import { expect, test } from "bun:test";
import { ClientConnection, openSocket } from "../../src/cli/client-connection.ts";
import type { ParsedReply } from "../../src/resp/parsed-reply.ts";
import { startServer } from "../support/start-server.ts";

const addressOf = (port: number) => ({ kind: "tcp", host: "127.0.0.1", port }) as const;

test("requests are answered in order, however large", async () => {
  await using server = await startServer();
  const connection = await ClientConnection.open(addressOf(server.port));
  const value = Buffer.alloc(5_000_000, "x");
  expect(await connection.call("SET", "k", value)).toEqual({ kind: "status", text: "OK" });
  const reply = await connection.call("GET", "k");
  expect(reply.kind === "bulk" && reply.bytes.length).toBe(value.length);
  await connection.drained();
  connection.close();
  expect(connection.isOpen).toBe(false);
  expect(await connection.next().catch(String)).toContain("the connection was closed");
});

test("pushes go to their handler, or are replies where there is none", async () => {
  await using server = await startServer();
  const connection = await ClientConnection.open(addressOf(server.port));
  await connection.call("HELLO", 3);
  const pushes: ParsedReply[] = [];
  connection.onPush = (push) => pushes.push(push);
  connection.send(Buffer.from("SUBSCRIBE c\r\n"));
  expect((await connection.call("PING")).kind).toBe("status");
  expect(pushes.length).toBe(1);
  connection.onPush = null;
  expect((await connection.call("SUBSCRIBE", "d")).kind).toBe("push");
  connection.close();
});

test("nobody there, and a server that goes away, are told in words", async () => {
  const server = await startServer();
  const connection = await ClientConnection.open(addressOf(server.port));
  const reply = connection.call("BLPOP", "nolist", 0).catch(String);
  const { port } = server;
  await server[Symbol.asyncDispose]();
  expect(await reply).toBe("ConnectionError: Server closed the connection");
  const refused = await openSocket(addressOf(port), { data() {} }).catch(String);
  expect(refused).toBe("ConnectionError: Connection refused");
  const missing = await openSocket({ kind: "unix", path: "/nosuch/x" }, { data() {} }).catch(
    String,
  );
  expect(missing).toBe("ConnectionError: No such file or directory");
});
