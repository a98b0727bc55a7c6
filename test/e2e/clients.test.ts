/** Clients that people use, against a server of its own process. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { RedisClient } from "bun";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { type SpawnedServer, spawnServer } from "../support/spawn-server.ts";

let server: SpawnedServer;
let guarded: SpawnedServer;

beforeAll(async () => {
  [server, guarded] = await Promise.all([spawnServer(), spawnServer(["--requirepass", "pw"])]);
});

afterAll(async () => {
  await Promise.all([server[Symbol.asyncDispose](), guarded[Symbol.asyncDispose]()]);
});

describe("ioredis", () => {
  test.each([2, 3])("speaks RESP%i", async (protocol) => {
    const redis = new Redis({
      port: server.port,
      host: "127.0.0.1",
      protocol,
      lazyConnect: true,
    } as object);
    await redis.connect();
    const key = `ioredis-${protocol}`;
    expect(await redis.set(key, "v", "EX", 100)).toBe("OK");
    expect(await redis.get(key)).toBe("v");
    expect(await redis.ttl(key)).toBe(100);
    expect(await redis.hset(`${key}-hash`, { a: "1", b: "2" })).toBe(2);
    expect(await redis.hgetall(`${key}-hash`)).toEqual({ a: "1", b: "2" });
    expect(await redis.rpush(`${key}-list`, "a", "b")).toBe(2);
    expect(await redis.lrange(`${key}-list`, 0, -1)).toEqual(["a", "b"]);
    expect(await redis.sadd(`${key}-set`, "a")).toBe(1);
    expect(await redis.smembers(`${key}-set`)).toEqual(["a"]);
    expect(await redis.zadd(`${key}-zset`, 1.5, "a")).toBe(1);
    expect(await redis.mget(key, "nosuch")).toEqual(["v", null]);
    expect(await redis.getBuffer(key)).toEqual(Buffer.from("v"));
    await expect(redis.lpush(key, "x")).rejects.toThrow("WRONGTYPE");
    const replies = await redis.pipeline().incr(`${key}-n`).incr(`${key}-n`).get("nosuch").exec();
    expect(replies).toEqual([
      [null, 1],
      [null, 2],
      [null, null],
    ]);
    expect(await redis.info("server")).toContain("redis_version:7.0.15");
    await redis.quit();
  });

  test.each([2, 3])("runs transactions over RESP%i", async (protocol) => {
    const options = { port: server.port, host: "127.0.0.1", protocol } as object;
    const [redis, other] = [new Redis(options), new Redis(options)];
    const key = `ioredis-multi-${protocol}`;
    expect(await redis.multi().set(key, "1").incr(key).lpush(key, "x").exec()).toEqual([
      [null, "OK"],
      [null, 2],
      [expect.objectContaining({ message: expect.stringContaining("WRONGTYPE") }), undefined],
    ] as never);
    await redis.watch(key);
    await other.set(key, "theirs");
    expect(await redis.multi().set(key, "mine").exec()).toBeNull();
    expect(await redis.get(key)).toBe("theirs");
    redis.disconnect();
    other.disconnect();
  });

  test.each([2, 3])("publishes and subscribes over RESP%i", async (protocol) => {
    const options = { port: server.port, host: "127.0.0.1", protocol } as object;
    const [publisher, subscriber] = [new Redis(options), new Redis(options)];
    const channel = `ioredis-channel-${protocol}`;
    const got: string[][] = [];
    const all = Promise.withResolvers<void>();
    const note = (...words: string[]) => {
      got.push(words);
      if (got.length === 3) all.resolve();
    };
    subscriber.on("message", note);
    subscriber.on("pmessage", note);
    expect(await subscriber.subscribe(channel)).toBe(1);
    expect(await subscriber.psubscribe(`${channel}*`)).toBe(2);
    expect(await publisher.publish(channel, "a")).toBe(2);
    expect(await publisher.publish(`${channel}x`, "b")).toBe(1);
    await all.promise;
    expect(got).toEqual([
      [channel, "a"],
      [`${channel}*`, channel, "a"],
      [`${channel}*`, `${channel}x`, "b"],
    ]);
    expect(await subscriber.unsubscribe(channel)).toBe(1);
    expect(await subscriber.punsubscribe()).toBe(0);
    expect(await subscriber.get(channel)).toBeNull();
    publisher.disconnect();
    subscriber.disconnect();
  });

  test("watches what the server runs", async () => {
    const redis = new Redis({ port: server.port, host: "127.0.0.1" });
    const monitor = await redis.monitor();
    const seen = Promise.withResolvers<readonly string[]>();
    monitor.on("monitor", (_time: string, args: readonly string[]) => seen.resolve(args));
    await redis.get('a "b"');
    expect((await seen.promise).map((word) => word.toLowerCase())).toEqual(["get", 'a "b"']);
    monitor.disconnect();
    redis.disconnect();
  });

  test("gives the password, selects a database and names itself", async () => {
    const redis = new Redis({
      port: guarded.port,
      host: "127.0.0.1",
      password: "pw",
      db: 3,
      connectionName: "bob",
    });
    await redis.set("a", "b");
    expect(await redis.client("GETNAME")).toBe("bob");
    expect(`${await redis.client("INFO")}`).toContain(" db=3 ");
    redis.disconnect();
  });
});

describe("node-redis", () => {
  test.each([2, 3] as const)("speaks RESP%i", async (RESP) => {
    const redis = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP });
    await redis.connect();
    const key = `node-redis-${RESP}`;
    expect(await redis.set(key, "v", { EX: 100 })).toBe("OK");
    expect(await redis.get(key)).toBe("v");
    expect(await redis.hSet(`${key}-hash`, { a: "1", b: "2" })).toBe(2);
    expect({ ...(await redis.hGetAll(`${key}-hash`)) }).toEqual({ a: "1", b: "2" });
    expect(await redis.rPush(`${key}-list`, ["a", "b"])).toBe(2);
    expect(await redis.zAdd(`${key}-zset`, { score: 1.5, value: "a" })).toBe(1);
    expect(await redis.zScore(`${key}-zset`, "a")).toBe(1.5);
    expect(await redis.mGet([key, "nosuch"])).toEqual(["v", null]);
    await expect(redis.lPush(key, "x")).rejects.toThrow("WRONGTYPE");
    expect(await Promise.all([redis.incr(`${key}-n`), redis.incr(`${key}-n`)])).toEqual([1, 2]);
    expect(await redis.configGet("timeout")).toMatchObject({ timeout: "0" });
    await redis.close();
  });

  test.each([2, 3] as const)("runs transactions over RESP%i", async (RESP) => {
    const open = () => createClient({ url: `redis://127.0.0.1:${server.port}`, RESP }).connect();
    const [redis, other] = [await open(), await open()];
    const key = `node-redis-multi-${RESP}`;
    expect(await redis.multi().set(key, "1").incr(key).get("nosuch").exec()).toEqual([
      ...["OK", 2],
      null,
    ] as never);
    await redis.watch(key);
    await other.set(key, "theirs");
    const failure = await redis.multi().set(key, "mine").exec().catch(String);
    expect(`${failure}`).toContain("watched keys has been changed");
    expect(await redis.get(key)).toBe("theirs");
    redis.destroy();
    other.destroy();
  });

  test.each([2, 3] as const)("publishes and subscribes over RESP%i", async (RESP) => {
    const open = () => createClient({ url: `redis://127.0.0.1:${server.port}`, RESP }).connect();
    const [publisher, subscriber] = [await open(), await open()];
    const channel = `node-redis-channel-${RESP}`;
    const got: string[] = [];
    const all = Promise.withResolvers<void>();
    const note = (message: string, from: string) => {
      got.push(`${from} ${message}`);
      if (got.length === 3) all.resolve();
    };
    await subscriber.subscribe(channel, note);
    await subscriber.pSubscribe(`${channel}*`, note);
    await subscriber.sSubscribe(channel, note);
    expect(await publisher.publish(channel, "a")).toBe(2);
    expect(await publisher.sPublish(channel, "b")).toBe(1);
    await all.promise;
    expect(got).toEqual([`${channel} a`, `${channel} a`, `${channel} b`]);
    await subscriber.unsubscribe(channel);
    await subscriber.pUnsubscribe();
    await subscriber.sUnsubscribe();
    publisher.destroy();
    subscriber.destroy();
  });

  test("gives the password, selects a database and names itself", async () => {
    const redis = createClient({
      url: `redis://:pw@127.0.0.1:${guarded.port}/4`,
      name: "carol",
    });
    await redis.connect();
    expect(await redis.clientGetName()).toBe("carol");
    expect((await redis.clientInfo()).db).toBe(4);
    redis.destroy();
  });
});

describe("Bun.RedisClient", () => {
  test("speaks RESP3", async () => {
    const redis = new RedisClient(`redis://127.0.0.1:${server.port}`);
    await redis.connect();
    expect(await redis.set("bun", "v")).toBe("OK");
    expect(await redis.get("bun")).toBe("v");
    expect(await redis.get("nosuch")).toBeNull();
    expect(await redis.exists("bun")).toBe(true);
    expect(await redis.incr("bun-n")).toBe(1);
    expect(await redis.send("HSET", ["bun-hash", "a", "1"])).toBe(1);
    expect(await redis.send("HGETALL", ["bun-hash"])).toEqual({ a: "1" });
    expect(await Promise.all(["a", "b", "c"].map((key) => redis.set(key, key)))).toEqual([
      "OK",
      "OK",
      "OK",
    ]);
    expect(redis.send("LPUSH", ["bun", "x"])).rejects.toThrow("WRONGTYPE");
    redis.close();
  });

  test("publishes and subscribes", async () => {
    const [publisher, subscriber] = [1, 2].map(
      () => new RedisClient(`redis://127.0.0.1:${server.port}`),
    );
    await Promise.all([publisher!.connect(), subscriber!.connect()]);
    const got = Promise.withResolvers<string>();
    await subscriber!.subscribe("bun-channel", (message) => got.resolve(message));
    expect(await publisher!.publish("bun-channel", "a")).toBe(1);
    expect(await got.promise).toBe("a");
    publisher!.close();
    subscriber!.close();
  });

  test("gives the password", async () => {
    const redis = new RedisClient(`redis://:pw@127.0.0.1:${guarded.port}`);
    await redis.connect();
    expect(await redis.set("a", "b")).toBe("OK");
    redis.close();
  });
});
