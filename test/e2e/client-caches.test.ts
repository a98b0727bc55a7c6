/** Clients that keep what they have read in caches of their own, against a server of its own process. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { RedisClient } from "bun";
import { Redis } from "ioredis";
import { BasicClientSideCache, createClient } from "redis";
import { type SpawnedServer, spawnServer } from "../support/spawn-server.ts";

let server: SpawnedServer;

beforeAll(async () => {
  server = await spawnServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** A client of node-redis with a cache. */
async function cachingClient() {
  const cache = new BasicClientSideCache({ ttl: 0, maxEntries: 100, evictPolicy: "LRU" });
  const url = `redis://127.0.0.1:${server.port}`;
  const redis = await createClient({ url, RESP: 3, clientSideCache: cache }).connect();
  /** Resolves when the cache has been told of a changed key; null: of all. */
  const told = () => new Promise((resolve) => cache.once("invalidate", resolve));
  return { redis, cache, told };
}

const plainClient = () => createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();

test("node-redis asks for a key once, until somebody changes it", async () => {
  const { redis, cache, told } = await cachingClient();
  const other = await plainClient();
  await other.set("a", "1");
  expect([await redis.get("a"), await redis.get("a"), await redis.get("a")]).toEqual([
    "1",
    "1",
    "1",
  ]);
  expect(cache.stats()).toMatchObject({ hitCount: 2, missCount: 1 });
  const first = told();
  await other.set("a", "2");
  await first;
  expect([await redis.get("a"), await redis.get("a")]).toEqual(["2", "2"]);
  const second = told();
  await other.del("a");
  await second;
  expect(await redis.get("a")).toBeNull();
  expect(cache.stats()).toMatchObject({ hitCount: 3, missCount: 3 });
  redis.destroy();
  other.destroy();
});

test("node-redis forgets hashes that change, keys that expire, and everything with FLUSHALL", async () => {
  const { redis, cache, told } = await cachingClient();
  const other = await plainClient();
  await other.hSet("h", { f: "1" });
  await other.set("brief", "x", { PX: 100 });
  await other.set("kept", "y");
  expect({ ...(await redis.hGetAll("h")) }).toEqual({ f: "1" });
  expect(await redis.get("kept")).toBe("y");
  const hashTold = told();
  await other.hSet("h", { f: "2" });
  await hashTold;
  expect({ ...(await redis.hGetAll("h")) }).toEqual({ f: "2" });
  // From its cache alone it would never learn that.
  while ((await redis.get("brief")) !== null) await Bun.sleep(1);
  expect(cache.size()).toBe(3);
  const allTold = told();
  await other.flushAll();
  await allTold;
  expect(cache.size()).toBe(0);
  expect(await redis.get("kept")).toBeNull();
  redis.destroy();
  other.destroy();
});

test("what node-redis has in its cache is what the server has, when all is quiet", async () => {
  const { redis, cache } = await cachingClient();
  const writers = await Promise.all([plainClient(), plainClient()]);
  const keys = Array.from({ length: 20 }, (_, i) => `n${i}`);
  for (let round = 0; round < 30; round++) {
    await Promise.all([
      ...keys.map((key) => redis.get(key)),
      ...writers.map((writer) => writer.incrBy(keys[round % 20]!, round)),
      ...keys.slice(0, round % 7).map((key) => writers[0]!.set(key, `${round}`)),
      redis.incr(keys[(round * 3) % 20]!),
    ]);
  }
  await redis.ping();
  const cached = await Promise.all(keys.map((key) => redis.get(key)));
  expect(cached).toEqual(await writers[0]!.mGet(keys));
  expect(cache.stats().hitCount).toBeGreaterThan(0);
  redis.destroy();
  for (const writer of writers) writer.destroy();
});

test("ioredis in RESP2 is told over a connection that is subscribed", async () => {
  const options = { port: server.port, host: "127.0.0.1", protocol: 2 } as object;
  const [redis, listener] = [new Redis(options), new Redis(options)];
  const id = await listener.client("ID");
  const told: unknown[] = [];
  await listener.subscribe("__redis__:invalidate");
  listener.on("message", (_channel, keys) => told.push(keys));
  await redis.client("TRACKING", "ON", "REDIRECT", id);
  await redis.set("a", "1");
  expect(await redis.get("a")).toBe("1");
  await redis.set("a", "2");
  await redis.flushall();
  while (told.length < 2) await new Promise((resolve) => setImmediate(resolve));
  // It makes texts of the message's array of keys, and of nothing, which is all keys.
  expect(told).toEqual(["a", ""]);
  redis.disconnect();
  listener.disconnect();
});

test("Bun's client and ioredis in RESP3 take no message for a reply", async () => {
  const other = await plainClient();
  const bun = new RedisClient(`redis://127.0.0.1:${server.port}`);
  const io = new Redis({ port: server.port, host: "127.0.0.1", protocol: 3 } as object);
  type Call = (name: string, ...args: string[]) => Promise<unknown>;
  const calls: Call[] = [
    (name, ...args) => bun.send(name, args),
    (name, ...args) => io.call(name, ...args),
  ];
  for (const call of calls) {
    expect(await call("CLIENT", "TRACKING", "ON")).toBe("OK");
    await call("SET", "n", "1");
    expect(await call("GET", "n")).toBe("1");
    await other.set("n", "2");
    const answers = await Promise.all([call("GET", "n"), call("INCR", "n"), call("GET", "n")]);
    expect(answers).toEqual(["2", 3, "3"]);
    expect(await call("PING")).toBe("PONG");
  }
  bun.close();
  io.disconnect();
  other.destroy();
});
