import { describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { replayRecorded } from "../../support/recorded-scripts.ts";
import { replyError, startServer } from "../../support/start-server.ts";

test("EVAL, EVALSHA, their read-only forms and SCRIPT answer as Redis's", async () => {
  expect(await replayRecorded("scripting", 80)).toEqual([]);
});

describe("a script that was stopped", () => {
  const stopped = "local k = KEYS[1] redis.call('SET', k, 'new') redis.call('LPUSH', 'l', 'x')";

  test("has changed nothing, and the rest of its turn is there", async () => {
    await using server = await startServer({ "busy-reply-threshold": "50" });
    const client = await server.connect();
    await client.call("SET", "old", "1");
    // One packet, one turn.
    const replies = await Promise.all([
      client.call("SET", "before", "1"),
      client.call("SET", "k", "0"),
      client.call("EVAL", `${stopped} while true do end`, "1", "k"),
      client.call("SET", "after", "1"),
      client.call("MGET", "old", "before", "k", "after"),
      client.call("EXISTS", "l"),
    ]);
    expect(replies[2]).toMatchObject({ error: expect.stringContaining("ran longer than 50 ms") });
    expect(replies.slice(3)).toEqual(["OK", ["1", "1", "0", "1"], 0]);
    await server.restart();
    const again = await server.connect();
    expect(await again.call("MGET", "old", "before", "k", "after")).toEqual(["1", "1", "0", "1"]);
  });

  test("that replaced a whole database is undone as well", async () => {
    await using server = await startServer({ "busy-reply-threshold": "50" });
    const client = await server.connect();
    await client.call("HSET", "h", "f", "v");
    await client.call("ZADD", "z", "1", "m");
    const text =
      "redis.call('ZADD', 'z', 2, 'n') redis.call('FLUSHALL') redis.call('SET', 'x', 1) while true do end";
    await client.call("EVAL", text, "0");
    expect(await client.call("HGETALL", "h")).toEqual(["f", "v"]);
    expect(await client.call("ZRANGE", "z", "0", "-1", "WITHSCORES")).toEqual(["m", "1"]);
    expect(await client.call("ZCARD", "z")).toBe(1);
    expect(await client.call("DBSIZE")).toBe(2);
  });
});

test("a script that ends with an error keeps what it wrote", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("EVAL", "redis.call('SET', 'k', 'v') error('x')", "0");
  expect(await client.call("GET", "k")).toBe("v");
});

test("SELECT within a script holds for the script", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("EVAL", "redis.call('SELECT', 2) redis.call('SET', 'k', 'v')", "0");
  expect(await client.call("GET", "k")).toBeNull();
  await client.call("SELECT", "2");
  expect(await client.call("GET", "k")).toBe("v");
});

test("who waits for a key is served when the script has ended", async () => {
  await using server = await startServer();
  const [waiting, client] = [await server.connect(), await server.connect()];
  const popped = waiting.call("BLPOP", "l", "0");
  await client.call("PING");
  await client.call("EVAL", "redis.call('RPUSH', 'l', 'a') redis.call('LPUSH', 'l', 'b')", "0");
  expect(await popped).toEqual(["l", "b"]);
});

test("scripts show in INFO; their commands in the statistics", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("EVAL", "redis.call('SET', 'k', 'v') redis.pcall('GET')", "0");
  const info = String(await client.call("INFO", "memory"));
  expect(info).toContain("number_of_cached_scripts:1\r\n");
  const stats = String(await client.call("INFO", "commandstats"));
  expect(stats).toMatch(/cmdstat_set:calls=1,.*rejected_calls=0/);
  expect(stats).toMatch(/cmdstat_get:calls=0,.*rejected_calls=1/);
});

test("the debugger is refused", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const refusal = replyError("ERR the script debugger is not supported");
  expect(await client.call("SCRIPT", "DEBUG", "YES")).toEqual(refusal);
});

test("ioredis defines commands by scripts, and they are found again after SCRIPT FLUSH", async () => {
  await using server = await startServer();
  const redis = new Redis({ port: server.port, host: "127.0.0.1" });
  redis.defineCommand("addJob", {
    numberOfKeys: 3,
    lua: `
      local id = redis.call("INCR", KEYS[2])
      local opts = cmsgpack.unpack(ARGV[2])
      redis.call("HMSET", KEYS[3] .. id, "data", ARGV[1], "opts", cjson.encode(opts),
        "timestamp", ARGV[3])
      if opts["delay"] and opts["delay"] > 0 then
        redis.call("ZADD", KEYS[1] .. ":delayed", ARGV[3] + opts["delay"], id)
      else
        redis.call("LPUSH", KEYS[1], id)
      end
      return id .. ""`,
  });
  const add = redis as unknown as { addJob(...args: (string | Buffer)[]): Promise<string> };
  // {"delay": 500} and {"delay": 0}
  const [late, soon] = ["81a564656c6179cd01f4", "81a564656c617900"].map((hex) =>
    Buffer.from(hex, "hex"),
  );
  expect(await add.addJob("wait", "id", "job:", "one", late!, "1000")).toBe("1");
  await redis.script("FLUSH");
  expect(await add.addJob("wait", "id", "job:", "two", soon!, "1000")).toBe("2");
  expect(await redis.lrange("wait", 0, -1)).toEqual(["2"]);
  expect(await redis.zrange("wait:delayed", "0", "-1", "WITHSCORES")).toEqual(["1", "1500"]);
  expect(await redis.hget("job:1", "opts")).toBe('{"delay":500}');
  await redis.quit();
});
