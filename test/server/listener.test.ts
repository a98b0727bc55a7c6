import { expect, test } from "bun:test";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAddress } from "../../src/config/address.ts";
import { ConfigError } from "../../src/errors.ts";
import { listen, type Peer, type SocketEvents } from "../../src/server/listener.ts";
import { RespClient } from "../support/resp-client.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Answers PONG to whatever comes, and keeps who came. */
function echo(): { events: SocketEvents<object>; peers: Peer[]; closed: Promise<void> } {
  const peers: Peer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const events: SocketEvents<object> = {
    open(socket, peer) {
      peers.push(peer);
      return { socket };
    },
    data: (attached) =>
      void (attached as { socket: { write(text: Uint8Array): void } }).socket.write(
        Buffer.from("+PONG\r\n"),
      ),
    drain() {},
    close: () => resolve(),
  };
  return { events, peers, closed: promise };
}

test("a TCP listener tells the port that it got, and both ends of a connection", async () => {
  const { events, peers, closed } = echo();
  const listener = await listen(parseAddress("127.0.0.1:0"), 0, events);
  const client = await RespClient.connect(listener.address);
  expect(await client.call("PING")).toBe("PONG");
  const { port } = listener.address as { port: number };
  expect(peers[0]).toMatchObject({
    ip: "127.0.0.1",
    localAddress: `127.0.0.1:${port}`,
    isUnix: false,
  });
  expect(peers[0]!.address).toMatch(/^127\.0\.0\.1:\d+$/);
  client.close();
  await closed;
  listener.stop();
  await expect(RespClient.connect(listener.address)).rejects.toThrow();
});

test("an IPv6 address stands in brackets", async () => {
  const { events, peers } = echo();
  const listener = await listen(parseAddress("[::1]:0"), 0, events).catch(() => null);
  if (listener === null) return;
  const client = await RespClient.connect(listener.address);
  await client.call("PING");
  expect(peers[0]!.address).toMatch(/^\[::1\]:\d+$/);
  client.close();
  listener.stop();
});

test("a unix socket gets its mode, and its file goes with the listener", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "x.sock");
  const { events, peers } = echo();
  const listener = await listen({ kind: "unix", path }, 0o700, events);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  const client = await RespClient.connect(listener.address);
  expect(await client.call("PING")).toBe("PONG");
  expect(peers[0]).toEqual({
    ip: "",
    address: `${path}:0`,
    localAddress: `${path}:0`,
    isUnix: true,
  });
  client.close();
  listener.stop();
  expect(existsSync(path)).toBe(false);
});

test("what cannot be listened on is one line with the reason", async () => {
  using directory = temporaryDirectory();
  const { events } = echo();
  const first = await listen(parseAddress("127.0.0.1:0"), 0, events);
  const file = join(directory.path, "file");
  writeFileSync(file, "");
  for (const [address, reason] of [
    [first.address, "address already in use"],
    [parseAddress("192.0.2.1:6380"), "no such address on this machine"],
    [parseAddress("/nosuch/x.sock"), "no such directory"],
    [parseAddress(file), "the file exists and is no socket"],
  ] as const) {
    const listening = listen(address, 0, events);
    await expect(listening).rejects.toThrow(ConfigError);
    await expect(listening).rejects.toThrow(reason);
  }
  first.stop();
});

test("a connection that is refused at once is closed without an event", async () => {
  const closed: object[] = [];
  const listener = await listen<object>(parseAddress("127.0.0.1:0"), 0, {
    open(socket) {
      socket.end();
      return null;
    },
    data() {},
    drain() {},
    close: (attached) => void closed.push(attached),
  });
  const client = await RespClient.connect(listener.address);
  await client.closed;
  expect(closed).toEqual([]);
  listener.stop();
});
