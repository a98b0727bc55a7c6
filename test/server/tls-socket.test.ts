import { expect, test } from "bun:test";
import type { Socket } from "bun";
import { TlsSocket } from "../../src/server/tls-socket.ts";
import { clientOf, identity } from "../support/certificates.ts";
import { eventually } from "../support/replicas.ts";
import { RespClient } from "../support/resp-client.ts";

/** A server's socket with TLS and the client at its other end. */
async function pair(lingerMs?: number) {
  const accepted = Promise.withResolvers<Socket<undefined>>();
  let isClosed = false;
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    tls: identity("server"),
    socket: {
      handshake: (socket) => accepted.resolve(socket),
      data() {},
      close: () => {
        isClosed = true;
      },
    },
  });
  const address = { kind: "tcp", host: "127.0.0.1", port: listener.port } as const;
  const client = await RespClient.connect(address, clientOf());
  const raw = await accepted.promise;
  return {
    client,
    socket: new TlsSocket(raw, lingerMs),
    get isClosed() {
      return isClosed;
    },
    [Symbol.dispose]() {
      client.close();
      listener.stop(true);
    },
  };
}

test("what was written arrives before the end", async () => {
  using both = await pair();
  expect(both.socket.fd).toBeGreaterThan(0);
  expect(both.socket.setKeepAlive(true, 1000)).toBe(true);
  expect(both.socket.write(Buffer.from("+hello\r\n"))).toBe(8);
  both.socket.end();
  expect(await both.client.readPlain()).toBe("hello");
  await both.client.closed;
  await eventually("the server's side is closed", () => both.isClosed);
});

test("a socket that was paused ends too", async () => {
  using both = await pair();
  both.socket.pause();
  both.socket.end();
  await both.client.closed;
  await eventually("the server's side is closed", () => both.isClosed);
});

test("a client that does not end its side is not waited for", async () => {
  using both = await pair(50);
  both.client.stopReading();
  both.socket.end();
  expect(both.isClosed).toBe(false);
  await eventually("the server's side is closed", () => both.isClosed);
});

test("nothing is read while it is paused, and it can be ended at once", async () => {
  using both = await pair();
  both.socket.pause();
  both.socket.resume();
  both.socket.terminate();
  await both.client.closed;
  expect(both.socket.write(Buffer.from("x"))).toBeLessThan(0);
});
