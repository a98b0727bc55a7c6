import { afterEach, expect, test } from "bun:test";
import { parseTcpAddress } from "../../src/config/address.ts";
import { ConfigError } from "../../src/errors.ts";
import type { ClientTls } from "../../src/net/connect.ts";
import type { Peer } from "../../src/server/listener.ts";
import type { ClientSocket } from "../../src/server/outgoing.ts";
import { TlsListener } from "../../src/server/tls-listener.ts";
import { certificate, clientOf, identity } from "../support/certificates.ts";
import { eventually } from "../support/replicas.ts";
import { RespClient } from "../support/resp-client.ts";

const LOCAL = parseTcpAddress("127.0.0.1:0");
const PATIENT = { timeMs: 10_000, count: 100 };

interface Attached {
  readonly socket: ClientSocket;
}

/** Answers PONG to whatever comes, and keeps who came and went. */
class Echo implements Disposable {
  readonly peers: Peer[] = [];
  closed = 0;
  readonly listener: TlsListener<Attached>;

  constructor(options: Bun.TLSOptions, limits = PATIENT) {
    const events = {
      open: (socket: ClientSocket, peer: Peer) => {
        this.peers.push(peer);
        return { socket };
      },
      data: ({ socket }: Attached) => void socket.write(Buffer.from("+PONG\r\n")),
      drain() {},
      close: () => void this.closed++,
    };
    this.listener = new TlsListener(LOCAL, options, events, limits);
    echoes.push(this);
  }

  connect(tls: ClientTls | null = clientOf()): Promise<RespClient> {
    return RespClient.connect(this.listener.address, tls);
  }

  [Symbol.dispose](): void {
    this.listener.stop();
  }
}

const echoes: Echo[] = [];
afterEach(() => {
  for (const echo of echoes.splice(0)) echo[Symbol.dispose]();
});

const asking = (isRequired: boolean): Bun.TLSOptions => ({
  ...identity("server"),
  ca: clientOf().options.ca,
  requestCert: true,
  rejectUnauthorized: isRequired,
});

/** PONG, or that the connection was closed instead; a server says no to a certificate after the client's handshake. */
async function answerTo(echo: Echo, tls: ClientTls): Promise<unknown> {
  try {
    await using client = await echo.connect(tls);
    return await client.call("PING");
  } catch {
    return "refused";
  }
}

test("a client is served when its handshake is done, and both ends are known", async () => {
  const echo = new Echo(identity("server"));
  expect(echo.listener.address.port).toBeGreaterThan(0);
  const client = await echo.connect();
  expect(await client.call("PING")).toBe("PONG");
  const { port } = echo.listener.address;
  expect(echo.peers[0]).toMatchObject({
    ip: "127.0.0.1",
    localAddress: `127.0.0.1:${port}`,
    isUnix: false,
  });
  client.close();
  await eventually("the end is told", () => echo.closed === 1);
});

test("a certificate may be asked for: optional ones must be good, required ones must be there", async () => {
  const optional = new Echo(asking(false));
  const required = new Echo(asking(true));
  for (const [name, answers] of [
    ["client", ["PONG", "PONG"]],
    [undefined, ["PONG", "refused"]],
    ["stranger", ["refused", "refused"]],
  ] as const) {
    const tls = clientOf(name);
    expect([await answerTo(optional, tls), await answerTo(required, tls)]).toEqual([...answers]);
  }
  expect([optional.peers.length, required.peers.length]).toEqual([2, 1]);
});

test("who asks for no certificates takes any", async () => {
  expect(await answerTo(new Echo(identity("server")), clientOf("stranger"))).toBe("PONG");
});

test("a client that does not trust the server, or talks no TLS, is no client", async () => {
  const echo = new Echo(identity("server"));
  expect(await answerTo(echo, clientOf(undefined, "other-ca"))).toBe("refused");
  const plain = await echo.connect(null);
  plain.sendBytes("*1\r\n$4\r\nPING\r\n");
  await plain.closed;
  const gone = await echo.connect(null);
  gone.close();
  await gone.closed;
  expect(await answerTo(echo, clientOf())).toBe("PONG");
  expect(echo.peers).toHaveLength(1);
});

test("a handshake that is never begun, or left within, is ended in time", async () => {
  const echo = new Echo(identity("server"), { timeMs: 50, count: 100 });
  const silent = await echo.connect(null);
  const halting = await echo.connect(null);
  // The head of a record that is never sent.
  halting.sendBytes("\x16\x03\x01\x02\x00\x01");
  await Promise.all([silent.closed, halting.closed]);
  expect(echo.peers).toEqual([]);
  const client = await echo.connect();
  await Bun.sleep(100);
  expect(await client.call("PING")).toBe("PONG");
  client.close();
});

test("of too many handshakes the oldest is ended", async () => {
  const echo = new Echo(identity("server"), { timeMs: 10_000, count: 2 });
  const first = await echo.connect(null);
  const second = await echo.connect(null);
  await echo.connect(null);
  await first.closed;
  expect(second.isClosed).toBe(false);
  expect(await answerTo(echo, clientOf())).toBe("PONG");
  await second.closed;
});

test("a stop ends handshakes, and leaves clients alone", async () => {
  const echo = new Echo(identity("server"));
  const client = await echo.connect();
  await client.call("PING");
  const silent = await echo.connect(null);
  await using other = await echo.connect();
  await other.call("PING");
  echo.listener.stop();
  await silent.closed;
  expect(await client.call("PING")).toBe("PONG");
  client.close();
  await expect(echo.connect()).rejects.toThrow();
});

test("another certificate is used from now on; clients that are there stay", async () => {
  const echo = new Echo(identity("server"));
  const before = await echo.connect();
  const { port } = echo.listener.address;
  echo.listener.renew({ ...identity("renewed"), requestCert: false });
  expect(echo.listener.address.port).toBe(port);
  expect(await subjectAt(port)).toBe("renewed");
  expect(await before.call("PING")).toBe("PONG");
  before.close();
});

test("a certificate that is of no use is refused, and the old one is used", async () => {
  const echo = new Echo(identity("server"));
  const wrong = { cert: identity("renewed").cert, key: identity("server").key };
  expect(() => echo.listener.renew(wrong)).toThrow(ConfigError);
  expect(await subjectAt(echo.listener.address.port)).toBe("server");
});

test("what cannot be listened on, or with, is one line", async () => {
  const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const events = { open: () => null, data() {}, drain() {}, close() {} };
  const address = { ...LOCAL, port: taken.port };
  const listening = (options: Bun.TLSOptions) => () =>
    new TlsListener<Attached>(address, options, events);
  expect(listening(identity("server"))).toThrow("address already in use");
  expect(listening({ ...identity("server"), ciphers: "nosuch" })).toThrow(
    "TLS cannot use its options",
  );
  taken.stop(true);
});

/** Whose certificate is shown at this port. */
async function subjectAt(port: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    tls: { ca: Bun.file(certificate("ca.crt")) },
    socket: {
      data() {},
      handshake: (self) => resolve(`${self.getPeerCertificate().subject.CN}`),
      close: () => resolve("closed"),
    },
  });
  const subject = await promise;
  socket.terminate();
  return subject;
}
