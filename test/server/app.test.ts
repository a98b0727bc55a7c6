import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TcpAddress } from "../../src/config/address.ts";
import { Config } from "../../src/config/config.ts";
import { ConfigError, StorageError } from "../../src/errors.ts";
import { log } from "../../src/log.ts";
import { App } from "../../src/server/app.ts";
import { RespClient, startServer } from "../support/start-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

function start(directory: string, overrides: Record<string, string> = {}): Promise<App> {
  const defaults = { addr: "127.0.0.1:0", data_dir: join(directory, "data") };
  return App.start(Config.load({ overrides: { ...defaults, ...overrides } }));
}

test("data outlives a restart, with and without saving", async () => {
  await using server = await startServer();
  await (await server.connect()).call("SET", "a", "b");
  await server.restart();
  const client = await server.connect();
  expect(await client.call("GET", "a")).toBe("b");
  await client.call("SET", "a", "c");
  await server.app.stop({ save: false });
  await server.restart();
  expect(await (await server.connect()).call("GET", "a")).toBe("c");
});

test("several listeners serve the same data", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "ledis.sock");
  const app = await start(directory.path, { addr: `127.0.0.1:0,${path},[::1]:0` });
  const [tcp, unix] = app.addresses;
  expect(app.tcpPort).toBe((tcp as TcpAddress).port);
  await using one = await RespClient.connect(tcp!);
  await using two = await RespClient.connect(unix!);
  await one.call("SET", "a", "b");
  expect(await two.call("GET", "a")).toBe("b");
  expect(await two.call("CLIENT", "INFO")).toContain(` addr=${path}:0 laddr=${path}:0 `);
  expect(await two.call("CLIENT", "INFO")).toContain(" flags=U ");
  await app.stop({ save: true });
  expect(existsSync(path)).toBe(false);
});

test("a port that is taken is told before the data directory is touched", async () => {
  await using server = await startServer();
  using directory = temporaryDirectory();
  const starting = start(directory.path, { addr: `127.0.0.1:${server.port}` });
  expect(starting).rejects.toThrow(ConfigError);
  expect(starting).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${server.port}: address already in use`,
  );
  await starting.catch(() => {});
  expect(existsSync(join(directory.path, "data"))).toBe(false);
});

test("a unix socket that a dead server left is replaced, a live one and a file are not", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "ledis.sock");
  const script = `Bun.listen({ unix: ${JSON.stringify(path)}, socket: { data() {} } }); process.exit(0)`;
  await Bun.spawn([process.execPath, "-e", `${script};`]).exited;
  if (!existsSync(path)) {
    const holder = Bun.spawn([
      process.execPath,
      "-e",
      `Bun.listen({ unix: ${JSON.stringify(path)}, socket: { data() {} } });`,
    ]);
    while (!existsSync(path)) await Bun.sleep(1);
    holder.kill("SIGKILL");
    await holder.exited;
  }
  expect(existsSync(path)).toBe(true);
  const app = await start(directory.path, { addr: path });
  await using client = await RespClient.connect({ kind: "unix", path });
  expect(await client.call("PING")).toBe("PONG");

  const other = join(directory.path, "other");
  await expect(start(other, { addr: path })).rejects.toThrow(
    `Cannot listen on ${path}: address already in use`,
  );
  expect(await client.call("PING")).toBe("PONG");
  await app.stop({ save: true });

  writeFileSync(path, "precious");
  await expect(start(other, { addr: path })).rejects.toThrow("the file exists and is no socket");
  expect(readFileSync(path, "utf8")).toBe("precious");
});

test("a data directory that is in use is refused, and the listener given up", async () => {
  await using server = await startServer();
  const starting = start(server.directory);
  await expect(starting).rejects.toThrow(StorageError);
  await expect(starting).rejects.toThrow("another ledis process is using it");
});

test("a stop answers what has arrived, and closes", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("PING");
  const replies = client.pipeline(Array.from({ length: 5000 }, (_, i) => ["INCRBY", "n", `${i}`]));
  while (server.app.stats.commandsProcessed < 2) await Bun.sleep(1);
  const stopping = server.app.stop({ save: true });
  expect(await replies).toHaveLength(5000);
  await stopping;
  await client.closed;
  await server.restart();
  expect(await (await server.connect()).call("GET", "n")).toBe(`${(5000 * 4999) / 2}`);
});

test("a stop ends a pause, so that what it held back is answered", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("CLIENT", "PAUSE", 60_000, "WRITE");
  const reply = client.call("SET", "a", "b");
  await (await server.connect()).call("PING");
  await server.app.stop({ save: true });
  expect(await reply).toBe("OK");
});

test("a stop does not wait for ever for a client that does not read", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "big", "x".repeat(16 << 20));
  client.stopReading();
  client.send("GET", "big");
  while ([...server.app.clients()][0]!.outputBytes === 0) await Bun.sleep(1);
  const started = performance.now();
  await server.app.stop({ save: true });
  expect(performance.now() - started).toBeLessThan(8000);
}, 60_000);

test("stopping twice is stopping once", async () => {
  await using server = await startServer();
  const [first, second] = [server.app.stop({ save: true }), server.app.stop({ save: false })];
  expect(first).toBe(second);
  await first;
});

test("with sync always, replies leave when the log is durable", async () => {
  await using server = await startServer({ sync: "always" });
  const client = await server.connect();
  expect(await client.call("SET", "a", "b")).toBe("OK");
  const { position, syncedPosition } = server.app.ledis.keyspace;
  expect(syncedPosition).toEqual(position);
});

test("the level of the process log follows its option", async () => {
  const before = log.level;
  await using server = await startServer({ loglevel: "warning" });
  expect(log.level).toBe("warn");
  await (await server.connect()).call("CONFIG", "SET", "loglevel", "debug");
  expect(log.level).toBe("debug");
  log.level = before;
});

test("the output limit follows its option", async () => {
  await using server = await startServer();
  await (await server.connect()).call("CONFIG", "SET", "client-output-buffer-limit", "7mb");
  expect(server.app.outputLimits.normal.hardBytes).toBe(7 << 20);
});

test("one line per request stands in the access log, refused ones too", async () => {
  await using server = await startServer({ access_log: "access.log" });
  const client = await server.connect();
  await client.call("set", "a", "1");
  await client.call("GET");
  await client.call("NOSUCH", "x");
  await server.app.stop({ save: true });
  const lines = readFileSync(join(server.directory, "data/access.log"), "utf8").split("\n");
  expect(lines.map((line) => line.replace(/^\[.*?\] \S+ /, "").replace(/ \d+ \[/, " 0 ["))).toEqual(
    [
      '"set a 1" 0 [OK]',
      "\"GET\" 0 [wrong number of arguments for 'get' command]",
      "\"NOSUCH x\" 0 [unknown command 'NOSUCH', with args beginning with: 'x']",
      "",
    ],
  );
});
