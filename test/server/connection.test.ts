import { expect, test } from "bun:test";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import {
  type RespClient,
  replyError,
  startServer,
  type TestServer,
} from "../support/start-server.ts";
import { until } from "../support/until.ts";

/** The server's side of the only connection. */
function only(server: TestServer) {
  const [connection] = server.app.clients();
  return connection!;
}

/** Sends a request many times and does not read the replies. */
function flood(client: RespClient, times: number, ...words: string[]): void {
  client.stopReading();
  const request = encodeRequest(words);
  client.sendBytes(Buffer.concat(Array.from({ length: times }, () => request)));
}

test("a pipeline is answered in order, however it is cut", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const requests = Array.from({ length: 3000 }, (_, i) => ["ECHO", `${i}`]);
  expect(await client.pipeline(requests)).toEqual(requests.map(([, word]) => word!));
});

test("replies of more bytes than a turn takes come in order, to each client", async () => {
  await using server = await startServer();
  const clients = await Promise.all([server.connect(), server.connect(), server.connect()]);
  const text = (i: number) => `${i}`.padStart(20_000, "x");
  const requests = Array.from({ length: 100 }, (_, i) => ["ECHO", text(i)]);
  const answers = await Promise.all(clients.map((client) => client.pipeline(requests)));
  for (const answer of answers) expect(answer).toEqual(requests.map(([, word]) => word!));
});

test("a request that comes byte by byte is served, and does not hold up others", async () => {
  await using server = await startServer();
  const slow = await server.connect();
  const other = await server.connect();
  for (const byte of encodeRequest(["SET", "a", "b"])) {
    slow.sendBytes(Uint8Array.of(byte));
    expect(await other.call("PING")).toBe("PONG");
  }
  expect(await slow.readPlain()).toBe("OK");
});

test("a client that does not read is not read from; when it reads it gets everything", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "big", "x".repeat(1 << 20));
  flood(client, 100, "GET", "big");
  const connection = only(server);
  await until(() => connection.outputBytes > 0);
  const other = await server.connect();
  for (let i = 0; i < 50; i++) await other.call("PING");
  // What one client may leave unread, and one turn's replies: not all hundred.
  expect(connection.outputBytes).toBeLessThan(72 << 20);
  client.goOnReading();
  for (let i = 0; i < 100; i++) expect(await client.readPlain()).toHaveLength(1 << 20);
});

test("a client may send a long pipeline before it reads the first reply", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "a", "x".repeat(1000));
  const words = Array.from({ length: 30_000 }, () => ["GET", "a"]);
  client.stopReading();
  client.sendBytes(Buffer.concat(words.map((request) => encodeRequest(request))));
  await until(() => server.app.stats.commandsProcessed > words.length);
  client.goOnReading();
  for (const _ of words) expect(await client.readPlain()).toHaveLength(1000);
  expect(server.app.unread.bytes).toBe(0);
});

test("what all clients together leave unread is bounded", async () => {
  await using server = await startServer();
  const writer = await server.connect();
  await writer.call("SET", "big", "x".repeat(1 << 20));
  const clients = await Promise.all(Array.from({ length: 8 }, () => server.connect()));
  for (const client of clients) flood(client, 60, "GET", "big");
  await until(() => server.app.unread.bytes > 256 << 20);
  for (let i = 0; i < 50; i++) await writer.call("PING");
  expect(server.app.unread.bytes).toBeLessThan((256 + 8 * 5) << 20);
  for (const client of clients) client.close();
  await until(() => server.app.unread.bytes === 0);
});

test("a client that leaves more unread than the hard limit is closed", async () => {
  await using server = await startServer({ "client-output-buffer-limit": "1mb" });
  const writer = await server.connect();
  await writer.call("SET", "big", "x".repeat(16 << 20));
  await writer[Symbol.asyncDispose]();
  const client = await server.connect();
  await client.call("PING");
  const other = await server.connect();
  flood(client, 1, "GET", "big");
  await until(() => [...server.app.clients()].length === 1);
  expect(await other.call("PING")).toBe("PONG");
});

test("one above the soft limit is closed when its time is over", async () => {
  await using server = await startServer({
    "client-output-buffer-limit": "normal 0 1mb 1",
  });
  const client = await server.connect();
  await client.call("SET", "big", "x".repeat(16 << 20));
  flood(client, 1, "GET", "big");
  await until(() => [...server.app.clients()].some(({ outputBytes }) => outputBytes > 1 << 20));
  await until(() => [...server.app.clients()].length === 0);
}, 60_000);

test("an idle client is closed, one that sends is not", async () => {
  await using server = await startServer({ timeout: "1" });
  const idle = await server.connect();
  const busy = await server.connect();
  const timer = setInterval(() => busy.send("PING"), 50);
  await idle.closed;
  clearInterval(timer);
  expect(busy.isClosed).toBe(false);
}, 60_000);

test("a protocol error is answered, closes, and keeps what was answered before", async () => {
  await using server = await startServer();
  const client = await server.connect();
  client.sendBytes(Buffer.concat([encodeRequest(["PING"]), Buffer.from("*x\r\nPING\r\n")]));
  expect(await client.readPlain()).toBe("PONG");
  expect(await client.readPlain()).toEqual(
    replyError("ERR Protocol error: invalid multibulk length"),
  );
  await client.closed;
  expect(server.app.stats.commandsProcessed).toBe(1);
});

test("what an unfinished request may take is bounded", async () => {
  await using server = await startServer({ "client-query-buffer-limit": "1mb" });
  const client = await server.connect();
  client.sendBytes("*1000000\r\n$3\r\nSET\r\n");
  const word = encodeRequest(["x".repeat(100_000)]).subarray(4);
  for (let i = 0; i < 20 && !client.isClosed; i++) client.sendBytes(word);
  await client.closed;
});

test("a client may go away at any time", async () => {
  await using server = await startServer();
  for (let i = 0; i < 50; i++) {
    const client = await server.connect();
    client.sendBytes(Buffer.concat(Array.from({ length: i }, () => encodeRequest(["PING"]))));
    client.close();
  }
  const last = await server.connect();
  expect(await last.call("PING")).toBe("PONG");
  await until(() => [...server.app.clients()].length === 1);
});

test("a reply that cannot be written closes the connection instead of answering the next request", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("PING");
  const { writer } = server.app.output;
  const write = writer.write.bind(writer);
  writer.write = (reply, protocol) => {
    writer.write = write;
    if (protocol > 0) throw new Error("no such reply");
    write(reply, protocol);
  };
  client.send("PING", "lost");
  client.send("PING", "never");
  await client.closed;
  expect(client.unread).toBe(0);
});

test("with sync always, the reply before the end is not lost to an earlier turn's end", async () => {
  await using server = await startServer({ sync: "always" });
  for (let i = 0; i < 20; i++) {
    const client = await server.connect();
    client.send("SET", "a", `${i}`);
    client.send("QUIT");
    expect(await client.readPlain()).toBe("OK");
    expect(await client.readPlain()).toBe("OK");
    await client.closed;
  }
});

test("messages wait behind a long reply, and do not come into it", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("HELLO", 3);
  await client.call("SUBSCRIBE", "news");
  const item = "x".repeat(100_000);
  await client.call("RPUSH", "list", ...Array.from({ length: 150 }, () => item));
  flood(client, 1, "LRANGE", "list", "0", "-1");
  const connection = only(server);
  await until(() => connection.isStreaming && connection.outputBytes > 0);
  const other = await server.connect();
  for (const text of ["one", "two"]) expect(await other.call("PUBLISH", "news", text)).toBe(1);
  client.send("PING");
  client.goOnReading();
  expect(await client.readPlain()).toEqual(Array.from({ length: 150 }, () => item));
  expect(await client.readPlain()).toEqual(["message", "news", "one"]);
  expect(await client.readPlain()).toEqual(["message", "news", "two"]);
  expect(await client.readPlain()).toBe("PONG");
});
