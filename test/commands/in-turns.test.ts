import { expect, setDefaultTimeout, test } from "bun:test";
import { type RespClient, startServer, type TestServer } from "../support/start-server.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const COUNT = 4000;
const name = (i: number): string => `m${String(i).padStart(5, "0")}`;

async function fill(client: RespClient): Promise<void> {
  for (let at = 0; at < COUNT; at += 500) {
    const some = Array.from({ length: 500 }, (_, i) => at + i);
    await client.call("SADD", "s", ...some.map(name));
    await client.call("SADD", "t", ...some.map((i) => name(i + COUNT / 2)));
    await client.call("ZADD", "z", ...some.flatMap((i) => [`${i % 100}`, name(i)]));
    await client.call("ZADD", "y", ...some.flatMap((i) => ["7", name(i + COUNT / 2)]));
    await client.call("HSET", "h", ...some.flatMap((i) => [name(i), `${i}`]));
    await client.call("RPUSH", "l", ...some.map(name));
  }
}

/** Requests whose long form and whose form within a short turn have to leave the same. */
const stores = [
  ["SUNIONSTORE", "target", "s", "t"],
  ["SINTERSTORE", "target", "s", "t"],
  ["SDIFFSTORE", "target", "s", "t", "none"],
  ["ZUNIONSTORE", "target", "3", "z", "y", "s", "WEIGHTS", "2", "3", "-1"],
  ["ZUNIONSTORE", "target", "2", "z", "y", "AGGREGATE", "MAX"],
  ["ZINTERSTORE", "target", "3", "z", "y", "s"],
  ["ZDIFFSTORE", "target", "2", "z", "y"],
  ["ZRANGESTORE", "target", "z", "5", "-10", "REV"],
  ["ZRANGESTORE", "target", "z", "10", "90", "BYSCORE", "LIMIT", "3", "3000"],
  ["COPY", "h", "target", "REPLACE"],
  ["COPY", "l", "target", "REPLACE"],
  ["COPY", "z", "target", "REPLACE"],
] as const;

async function dump(client: RespClient, key = "target"): Promise<unknown> {
  const type = await client.call("TYPE", key);
  if (type === "hash") return client.call("HGETALL", key);
  if (type === "list") return client.call("LRANGE", key, "0", "-1");
  if (type === "set") return client.call("SMEMBERS", key);
  return [
    await client.call("ZRANGE", key, "0", "-1", "WITHSCORES"),
    await client.call("ZCOUNT", key, "3", "70"),
    await client.call("ZRANK", key, name(COUNT - 1)),
  ];
}

/** Compares what was kept under these names with what it has to be, on a server that has just started. */
async function checkAfterRestart(
  server: TestServer,
  kept: ReadonlyMap<string, unknown>,
): Promise<void> {
  await server.restart();
  const client = await server.connect();
  for (const [key, expected] of kept) expect(await dump(client, key)).toEqual(expected);
}

test("what is stored in slices is what would be stored at once, and survives a restart", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const kept = new Map<string, unknown>();
  for (const [i, request] of stores.entries()) {
    await client.call("SET", "target", "whatever");
    const atOnce = Object.defineProperty([...server.app.clients()][0]!, "mayWait", {
      value: false,
      configurable: true,
    });
    const size = await client.call(...request);
    const expected = await dump(client);
    Object.defineProperty(atOnce, "mayWait", { value: true, configurable: true });
    await client.call("SET", "target", "whatever");
    expect(await client.call(...request)).toEqual(size);
    expect(await dump(client)).toEqual(expected);
    await client.call("RENAME", "target", `kept${i}`);
    kept.set(`kept${i}`, expected);
  }
  await checkAfterRestart(server, kept);
});

test("others are served meanwhile, and see nothing or all of it", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const other = await server.connect();
  let isDone = false;
  const done = client.call("SUNIONSTORE", "target", "s", "t").then((size) => {
    isDone = true;
    return size;
  });
  const sizes = new Set<unknown>();
  while (!isDone) sizes.add(await other.call("SCARD", "target"));
  expect(await done).toBe(COUNT * 1.5);
  for (const size of sizes) expect([0, COUNT * 1.5]).toContain(size as number);
});

test("a source that changes meanwhile is not half in it", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const other = await server.connect();
  let isDone = false;
  const done = client.call("SUNIONSTORE", "target", "s", "t").then((size) => {
    isDone = true;
    return size;
  });
  let changes = 0;
  while (!isDone) {
    await other.call("SADD", "s", `new${changes}`);
    await other.call("SREM", "t", `none${changes++}`);
  }
  const size = Number(await done);
  expect(size).toBeGreaterThan(COUNT * 1.5);
  const before = await client.call("SDIFF", "target", "s", "t");
  expect(before).toEqual([]);
  expect(await client.call("SCARD", "target")).toBe(size);
});

test("COPY without REPLACE leaves what came meanwhile; what was given up is garbage", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const other = await server.connect();
  const copied = client.call("COPY", "h", "target");
  while ((await other.call("PING")) !== "PONG");
  await other.call("SET", "target", "mine");
  const answer = await copied;
  expect([0, 1]).toContain(answer as number);
  expect(await client.call("TYPE", "target")).toBe("string");
  const lengths = [await client.call("HLEN", "h"), await client.call("DBSIZE")];
  expect(lengths).toEqual([COUNT, 7]);
});

/** Removals, and what of 4000 is left. */
const removals = [
  ["z", "ZREMRANGEBYRANK", "target", "0", "1999"],
  ["z", "ZREMRANGEBYRANK", "target", "-1500", "-1"],
  ["z", "ZREMRANGEBYRANK", "target", "5", "-5"],
  ["z", "ZREMRANGEBYRANK", "target", "0", "-1"],
  ["z", "ZREMRANGEBYRANK", "target", "0", "100"],
  ["z", "ZREMRANGEBYSCORE", "target", "(10", "60"],
  ["y", "ZREMRANGEBYLEX", "target", "[m03000", "(m05000"],
  ["l", "LTRIM", "target", "1000", "-1000"],
  ["l", "LTRIM", "target", "2000", "-1"],
  ["l", "LTRIM", "target", "-10", "-1"],
  ["l", "LREM", "target", "0", name(2000)],
  ["l", "LREM", "target", "-1", name(3999)],
  ["l", "LREM", "target", "0", "none"],
] as const;

test("what is removed in slices is what would be removed at once, TTLs and all", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const kept = new Map<string, unknown>();
  for (const [i, [source, ...request]] of removals.entries()) {
    const copy = async () => {
      await client.call("COPY", source, "target", "REPLACE");
      await client.call("PEXPIREAT", "target", "4102444800000");
    };
    await copy();
    const side = Object.defineProperty([...server.app.clients()][0]!, "mayWait", {
      value: false,
      configurable: true,
    });
    const reply = await client.call(...request);
    const expected = await dump(client);
    const ttl = await client.call("PEXPIRETIME", "target");
    Object.defineProperty(side, "mayWait", { value: true, configurable: true });
    await copy();
    expect(await client.call(...request)).toEqual(reply);
    expect(await dump(client)).toEqual(expected);
    expect(await client.call("PEXPIRETIME", "target")).toEqual(ttl);
    await client.call("RENAME", "target", `kept${i}`);
    kept.set(`kept${i}`, expected);
  }
  await checkAfterRestart(server, kept);
});

test("what is written meanwhile is neither lost nor removed twice", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const other = await server.connect();
  let isDone = false;
  const removed = client.call("ZREMRANGEBYRANK", "z", "0", "1999").then((count) => {
    isDone = true;
    return count;
  });
  let added = 0;
  while (!isDone) {
    await other.call("ZADD", "z", "1000", `new${added++}`);
    expect([COUNT, COUNT / 2]).toContain(Number(await other.call("ZCARD", "z")) - added);
  }
  expect(await removed).toBe(COUNT / 2);
  expect(await client.call("ZCARD", "z")).toBe(COUNT / 2 + added);
  expect(await client.call("ZCOUNT", "z", "1000", "1000")).toBe(added);
});
