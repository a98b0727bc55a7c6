import { afterEach, expect, test } from "bun:test";
import type { TcpAddress } from "../../src/config/address.ts";
import { type ClientTls, connectSecurely, connectTo } from "../../src/net/connect.ts";
import { clientOf, identity } from "../support/certificates.ts";

const listeners: { stop(closes: boolean): void }[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.stop(true);
});

/** A server that echoes; with TLS if it has options for it. */
function echo(tls?: Bun.TLSOptions): TcpAddress {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    ...(tls === undefined ? {} : { tls }),
    socket: { data: (socket, bytes) => void socket.write(bytes), handshake() {} },
  });
  listeners.push(listener);
  return { kind: "tcp", host: "127.0.0.1", port: listener.port };
}

/** What comes back, or why nothing does. */
async function talk(address: TcpAddress, tls: ClientTls | null): Promise<string> {
  const answer = Promise.withResolvers<string>();
  const handlers: Bun.SocketHandler<undefined> = {
    data: (_, bytes) => answer.resolve(`got ${bytes}`),
    error: (_, error) => answer.resolve(error.message),
    close: () => answer.resolve("closed"),
  };
  try {
    const socket = await connectTo(address, handlers, tls);
    socket.write("hello");
    return await answer.promise.finally(() => socket.terminate());
  } catch (error) {
    return (error as Error).message;
  }
}

const trusting = (
  verify: ClientTls["verify"],
  authority = "ca",
  serverName?: string,
): ClientTls => {
  const { options } = clientOf(undefined, authority);
  return { options: { ...options, ...(serverName === undefined ? {} : { serverName }) }, verify };
};

test("a socket is good for both, with TLS and without", async () => {
  expect(await talk(echo(), null)).toBe("got hello");
  expect(await talk(echo(identity("server")), trusting("name"))).toBe("got hello");
});

test.each([
  ["name", "ca", "another.example", "is not in the cert's altnames"],
  ["name", "ca", "localhost", "got hello"],
  ["chain", "ca", "another.example", "got hello"],
  ["chain", "other-ca", undefined, "TLS handshake failed: "],
  ["chain", "other-ca", "another.example", "TLS handshake failed: "],
  ["nothing", "other-ca", "another.example", "got hello"],
] as const)("where the %s matters, trust in %s and the name %p: %s", async (...row) => {
  const [verify, authority, name, outcome] = row;
  const address = echo(identity("server"));
  expect(await talk(address, trusting(verify, authority, name))).toContain(outcome);
});

test("a certificate that has no public authority is not trusted by itself", async () => {
  expect(await talk(echo(identity("server")), { options: {}, verify: "name" })).toContain(
    "TLS handshake failed: unable to verify the first certificate",
  );
});

test("a server without TLS, or one that goes away, fails the handshake", async () => {
  for (const [answer, reason] of [
    ["-ERR what is that?\r\n", "wrong version number"],
    ["", ""],
  ] as const) {
    const data = (socket: Bun.Socket<undefined>) => void socket.end(answer);
    const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data } });
    listeners.push(listener);
    const address = { kind: "tcp", host: "127.0.0.1", port: listener.port } as const;
    for (const verify of ["name", "chain", "nothing"] as const) {
      const outcome = await talk(address, trusting(verify));
      expect(outcome).toStartWith(`TLS handshake failed: ${reason}`);
    }
  }
});

test("a client without the certificate that the server wants is told so", async () => {
  const { options } = clientOf();
  const address = echo({ ...identity("server"), ca: options.ca, requestCert: true });
  expect(await talk(address, clientOf("client"))).toBe("got hello");
  expect(await talk(address, clientOf())).toBe("TLS: tlsv1 alert certificate required");
});

test("a server that says nothing is given up", async () => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  listeners.push(listener);
  const address = { kind: "tcp", host: "127.0.0.1", port: listener.port } as const;
  const connecting = connectSecurely(address, { data() {} }, clientOf(), 50);
  await expect(connecting).rejects.toThrow("TLS handshake failed: not done in 0.05 s");
});

test("nobody there is an error with a code", async () => {
  const address = echo();
  for (const listener of listeners.splice(0)) listener.stop(true);
  for (const tls of [null, clientOf()]) {
    await expect(connectTo(address, { data() {} }, tls)).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  }
});
