import { expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { Config } from "../../src/config/config.ts";
import { refusalOf } from "../../src/server/admission.ts";
import { clientOf, TLS_SERVER } from "../support/certificates.ts";
import { RespClient, replyError, startServer } from "../support/start-server.ts";

const peer = (ip: string) => ({ ip, address: `${ip}:1`, localAddress: "", isUnix: false });
const unix = { ip: "", address: "/x:0", localAddress: "/x:0", isUnix: true };

test("protected mode lets clients of this machine in, and nobody else", () => {
  const config = Config.load();
  for (const ip of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]) {
    expect(refusalOf(config, true, peer(ip), 0)).toBeNull();
  }
  expect(refusalOf(config, true, unix, 0)).toBeNull();
  for (const ip of ["192.168.1.5", "10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1"]) {
    expect(refusalOf(config, true, peer(ip), 0)).toStartWith("-DENIED ");
  }
});

test("a password, or switching protected mode off, lets everybody in", () => {
  expect(refusalOf(Config.load(), false, peer("10.0.0.1"), 0)).toBeNull();
  const open = Config.load({ overrides: { "protected-mode": "no" } });
  expect(refusalOf(open, true, peer("10.0.0.1"), 0)).toBeNull();
});

test("the refusal is one line", () => {
  expect(refusalOf(Config.load(), true, peer("10.0.0.1"), 0)).toMatch(/^-DENIED [^\r\n]*\r\n$/);
});

test.each([false, true])(
  "a client from another address is refused and its connection closed, TLS: %p",
  async (isTls) => {
    const foreign = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === "IPv4");
    if (foreign === undefined) return;
    const addr = isTls
      ? { ...TLS_SERVER, addr: "", "tls-addr": "0.0.0.0:0" }
      : { addr: "0.0.0.0:0" };
    await using server = await startServer(addr);
    const address = { kind: "tcp", host: foreign.address, port: server.port } as const;
    const client = await RespClient.connect(address, isTls ? clientOf() : null);
    expect(await client.readPlain()).toMatchObject({ error: expect.stringMatching(/^DENIED /) });
    await client.closed;
  },
);

test("beyond maxclients a connection is refused; a closed one makes room, a higher limit too", async () => {
  await using server = await startServer({ maxclients: "2" });
  const first = await server.connect();
  const second = await server.connect();
  await Promise.all([first.call("PING"), second.call("PING")]);
  const third = await server.connect();
  expect(await third.readPlain()).toEqual(replyError("ERR max number of clients reached"));
  await third.closed;
  expect(server.app.stats.connectionsRejected).toBe(1);

  expect(await first.call("CONFIG", "SET", "maxclients", 3)).toBe("OK");
  expect(await (await server.connect()).call("PING")).toBe("PONG");
});
