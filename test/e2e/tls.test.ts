/** TLS from end to end: people's clients, much data both ways, the ready line. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { RedisClient } from "bun";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { parseTcpAddress } from "../../src/config/address.ts";
import { certificate, clientOf, connectTls, TLS_SERVER } from "../support/certificates.ts";
import { eventually } from "../support/replicas.ts";
import { RespClient } from "../support/resp-client.ts";
import { type SpawnedServer, spawnServer } from "../support/spawn-server.ts";
import { startServer, type TestServer } from "../support/start-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const asArguments = (options: Readonly<Record<string, string>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);

describe("people's clients, with certificates", () => {
  let server: SpawnedServer;
  let port: number;
  const tls = {
    ca: readFileSync(certificate("ca.crt")),
    cert: readFileSync(certificate("client.crt")),
    key: readFileSync(certificate("client.key")),
  };

  beforeAll(async () => {
    server = await spawnServer(asArguments({ ...TLS_SERVER, "tls-auth-clients": "yes" }));
    await using client = await server.connect();
    const [, text] = (await client.call("CONFIG", "GET", "tls-port")) as string[];
    // The port that was asked for, which is not the one that the system chose.
    expect(text).toBe("0");
    port = parseTcpAddress(/ tls:\/\/(\S+)/.exec(server.readyLine)![1]!).port;
  });

  afterAll(() => server[Symbol.asyncDispose]());

  test("ioredis", async () => {
    const redis = new Redis({ port, host: "127.0.0.1", tls });
    expect(await redis.set("ioredis", "x".repeat(3 << 20))).toBe("OK");
    expect(await redis.get("ioredis")).toBe("x".repeat(3 << 20));
    await redis.quit();
  });

  test("node-redis", async () => {
    const socket = { port, host: "127.0.0.1", tls: true as const, ...tls };
    const redis = createClient({ socket });
    await redis.connect();
    const values = Array.from({ length: 2000 }, (_, i) => `${i}`);
    await Promise.all(values.map((value) => redis.rPush("node-redis", value)));
    expect(await redis.lRange("node-redis", 0, -1)).toEqual(values);
    await redis.close();
  });

  test("Bun's", async () => {
    const redis = new RedisClient(`rediss://127.0.0.1:${port}`, { tls });
    await redis.set("bun", "v");
    expect(await redis.get("bun")).toBe("v");
    redis.close();
  });

  test("one without a certificate is turned away, and counts for nothing", async () => {
    const redis = new Redis({
      ...{ port, host: "127.0.0.1", tls: { ca: tls.ca }, lazyConnect: true },
      retryStrategy: () => null,
    });
    redis.on("error", () => {});
    await expect(redis.connect()).rejects.toThrow();
    await using client = await server.connect();
    expect(await client.call("INFO", "stats")).toContain("rejected_connections:0");
    expect((await client.call("CLIENT", "LIST")) as string).not.toContain(
      `laddr=127.0.0.1:${port}`,
    );
  });
});

describe("much data", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ ...TLS_SERVER, "client-output-buffer-limit": "0" });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("a value of 48 MB goes in and out, and the end comes after it", async () => {
    await using client = await connectTls(server);
    const value = Buffer.alloc(48 << 20);
    for (let i = 0; i < value.length; i += 4096) value.writeUInt32LE(i, i);
    expect(await client.call("SET", "big", value)).toBe("OK");
    client.send("GET", "big");
    client.send("QUIT");
    const reply = await client.read();
    expect(reply.kind === "bulk" && value.equals(reply.bytes)).toBe(true);
    expect(await client.readPlain()).toBe("OK");
    await client.closed;
  });

  test("a pipeline of many requests is answered in order, and a reader that stops goes on", async () => {
    await using client = await connectTls(server);
    await client.call("SET", "value", "v".repeat(10_000));
    const count = 3000;
    client.stopReading();
    for (let i = 0; i < count; i++) {
      client.send("GET", "value");
      client.send("ECHO", i);
    }
    await eventually("the server keeps what is not read", () => {
      const [connection] = [...server.app.clients()].filter(({ outputBytes }) => outputBytes > 0);
      return connection !== undefined;
    });
    client.goOnReading();
    for (let i = 0; i < count; i++) {
      expect((await client.readPlain()) === "v".repeat(10_000)).toBe(true);
      expect(await client.readPlain()).toBe(`${i}`);
    }
  });

  test("a long reply that is read while it is sent comes whole", async () => {
    await using client = await connectTls(server);
    const members = Array.from({ length: 50_000 }, (_, i) => `member:${i}`);
    await client.call("RPUSH", "list", ...members);
    expect(await client.call("LRANGE", "list", 0, -1)).toEqual(members);
  });

  test("one client too many is told so", async () => {
    await using small = await startServer({ ...TLS_SERVER, maxclients: "1" });
    await using first = await connectTls(small);
    expect(await first.call("PING")).toBe("PONG");
    const second = await connectTls(small);
    expect(await second.readPlain()).toEqual({ error: "ERR max number of clients reached" });
    await second.closed;
    expect(await first.call("INFO", "stats")).toContain("rejected_connections:1");
  });

  test("a client that is killed is gone, and a stop answers what has come", async () => {
    await using other = await startServer(TLS_SERVER);
    const [killed, served] = [await connectTls(other), await connectTls(other)];
    const id = await killed.call("CLIENT", "ID");
    expect(await served.call("CLIENT", "KILL", "ID", id as number)).toBe(1);
    await killed.closed;
    served.send("PING");
    expect(await served.readPlain()).toBe("PONG");
    await other.app.stop({ save: true });
    await served.closed;
  });
});

test("a server may serve TLS alone", async () => {
  await using server = await startServer({ ...TLS_SERVER, addr: "" });
  expect(server.app.addresses).toEqual([]);
  await using client = await RespClient.connect(server.app.tlsAddresses[0]!, clientOf());
  expect(await client.call("INFO", "server")).toContain(`tcp_port:${server.port}`);
});
