import { expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { type RespClient, startServer } from "../support/start-server.ts";
import { until } from "../support/until.ts";

// Processes, disks and clocks take their time on a busy machine.
setDefaultTimeout(60_000);

const COUNT = 4000;
const name = (i: number): string => `m${String(i).padStart(5, "0")}`;
const sequence = (count: number, from = 0) => Array.from({ length: count }, (_, i) => i + from);

type Server = Awaited<ReturnType<typeof startServer>>;

async function add(client: RespClient, key: string, members: readonly number[]): Promise<void> {
  for (let at = 0; at < members.length; at += 500) {
    await client.call("SADD", key, ...members.slice(at, at + 500).map(name));
  }
}

async function fill(client: RespClient): Promise<void> {
  await add(client, "s", sequence(COUNT));
  await add(client, "t", sequence(COUNT, COUNT / 2));
  await add(
    client,
    "even",
    sequence(COUNT).map((i) => i * 2),
  );
  await add(client, "few", sequence(5, COUNT - 2));
  for (let at = 0; at < COUNT; at += 500) {
    await client.call("RPUSH", "l", ...sequence(500, at).map((i) => `v${i % 1500}`));
    await client.call("ZADD", "z", ...sequence(500, at).flatMap((i) => [`${i % 100}`, name(i)]));
    await client.call("ZADD", "y", ...sequence(500, at).flatMap((i) => [`${-i}`, name(i + 2000)]));
  }
}

/** What the client is answered when it may not wait. */
async function atOnce(server: Server, client: RespClient, words: readonly string[]) {
  const [side] = [...server.app.clients()];
  Object.defineProperty(side, "mayWait", { value: false, configurable: true });
  const reply = await client.call(...words);
  Object.defineProperty(side, "mayWait", { value: true, configurable: true });
  return reply;
}

const requests = [
  ["SUNION", "s", "t"],
  ["SUNION", "s", "none", "few"],
  ["SINTER", "s", "t"],
  ["SINTER", "s", "even", "t"],
  ["SINTER", "s", "few"],
  ["SINTER", "s", "none"],
  ["SDIFF", "s", "t"],
  ["SDIFF", "s", "t", "even", "few"],
  ["SDIFF", "s", "s"],
  ["SINTERCARD", "2", "s", "t"],
  ["SINTERCARD", "2", "s", "t", "LIMIT", "7"],
  ["SINTERCARD", "3", "s", "even", "t"],
  ["ZUNION", "2", "z", "y"],
  ["ZUNION", "3", "z", "y", "s", "WITHSCORES"],
  ["ZUNION", "3", "s", "z", "z", "WEIGHTS", "-1", "0", "3", "AGGREGATE", "MAX", "WITHSCORES"],
  ["ZUNION", "2", "z", "none", "WEIGHTS", "-1", "1", "WITHSCORES"],
  ["ZINTER", "2", "z", "y", "WITHSCORES"],
  ["ZINTER", "3", "t", "z", "y", "AGGREGATE", "MIN", "WEIGHTS", "1", "2", "3"],
  ["ZINTER", "2", "z", "few", "WITHSCORES"],
  ["ZDIFF", "2", "z", "y", "WITHSCORES"],
  ["ZDIFF", "3", "z", "even", "none"],
  ["ZDIFF", "2", "z", "z"],
  ["ZINTERCARD", "2", "z", "y"],
  ["ZINTERCARD", "3", "z", "y", "even", "LIMIT", "5"],
  ["LPOS", "l", "v1400"],
  ["LPOS", "l", "v1400", "RANK", "-2"],
  ["LPOS", "l", "v1", "COUNT", "0"],
  ["LPOS", "l", "v1", "COUNT", "2", "RANK", "-1"],
  ["LPOS", "l", "v1400", "MAXLEN", "1200"],
  ["LPOS", "l", "v1400", "COUNT", "0", "MAXLEN", "2000"],
  ["LPOS", "l", "none"],
  ["LPOS", "l", "none", "COUNT", "0"],
] as const;

test("what is read from snapshots is what would be answered at once, from memory and from SQLite", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const { lookups } = server.app.ledis;
  for (let round = 0; round < 2; round++) {
    for (const request of requests) {
      const before = { ...lookups };
      const expected = await atOnce(server, client, request);
      const counted = { hits: lookups.hits - before.hits, misses: lookups.misses - before.misses };
      expect(await client.call(...request)).toEqual(expected);
      expect([request[0], lookups.hits - before.hits - counted.hits]).toEqual([
        request[0],
        counted.hits,
      ]);
      expect(lookups.misses - before.misses).toBe(2 * counted.misses);
    }
    await client.call("SAVE");
  }
  await until(() => server.app.ledis.keyspace.rowSnapshots.count === 0);
});

test("in RESP3 long combinations are sets", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  await client.call("HELLO", "3");
  client.send("SUNION", "s", "t");
  const reply = await client.read();
  expect("items" in reply ? reply.items.length : reply).toBe(COUNT * 1.5);
});

test("long combinations of sorted sets have RESP3's form, and give their memory back", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const { sortMemory } = server.app.ledis;
  const flat = (await client.call("ZUNION", "2", "z", "y", "WITHSCORES")) as string[];
  await until(() => sortMemory.used === 0);
  await client.call("HELLO", "3");
  const pairs = (await client.call("ZUNION", "2", "z", "y", "WITHSCORES")) as [string, number][];
  expect(pairs.flatMap(([member, score]) => [member, `${score}`])).toEqual(flat);
  await until(() => sortMemory.used === 0);
});

test("without memory to sort in, combinations are answered at once", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const expected = await client.call("ZUNION", "2", "z", "y", "WITHSCORES");
  const { sortMemory } = server.app.ledis;
  const spare = 64 << 10;
  const taken = (128 << 20) - spare;
  // The reply before gives its memory back when it has gone.
  await until(() => sortMemory.used === 0);
  expect(sortMemory.take(taken)).toBe(true);
  expect(await client.call("ZUNION", "2", "z", "y", "WITHSCORES")).toEqual(expected);
  expect(sortMemory.used).toBe(taken);
});

test("another type is refused before anything is read", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  for (const request of [
    ["SUNION", "s", "l"],
    ["SINTERCARD", "2", "s", "l"],
    ["LPOS", "s", "x"],
    ["ZUNION", "2", "z", "l"],
  ]) {
    expect(String(Object.values((await client.call(...request)) as object)[0])).toStartWith(
      "WRONGTYPE",
    );
  }
});

test("SINTERCARD without a limit goes on behind members that others lack", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await add(client, "large", sequence(100, 10));
  await add(client, "small", [1, 2, 20, 30]);
  expect(await client.call("SINTERCARD", "2", "small", "large")).toBe(2);
  await add(client, "large", sequence(COUNT, 10));
  await add(client, "small", sequence(COUNT / 2));
  expect(await client.call("SINTERCARD", "2", "small", "large")).toBe(COUNT / 2 - 10);
});

test("each answer is the state of one moment, whatever others write meanwhile", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const other = await server.connect();
  // Each member is in exactly one of both sets at any moment.
  await add(client, "a", sequence(3000));
  await add(client, "b", sequence(3000, 3000));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.boolean(), fc.nat(5999)), { minLength: 20, maxLength: 200 }),
      async (moves) => {
        client.send("SUNION", "a", "b");
        client.send("SINTERCARD", "2", "a", "b");
        client.send("SDIFF", "a", "b");
        const moved = Promise.all(
          moves.map(([there, i]) =>
            there ? other.call("SMOVE", "a", "b", name(i)) : other.call("SMOVE", "b", "a", name(i)),
          ),
        );
        expect((await client.readPlain()) as string[]).toEqual(sequence(6000).map(name));
        expect(await client.readPlain()).toBe(0);
        const difference = (await client.readPlain()) as string[];
        await moved;
        expect(new Set(difference).size).toBe(difference.length);
      },
    ),
    { numRuns: 10 },
  );
  await until(() => server.app.ledis.keyspace.rowSnapshots.count === 0);
});

test("a client that leaves amid a long answer leaves no snapshot behind", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const other = await server.connect();
  other.send("SUNION", "s", "t");
  other.send("SUNION", "s", "t");
  other.close();
  while (server.app.ledis.keyspace.rowSnapshots.count > 0 || [...server.app.clients()].length > 1) {
    await client.call("PING");
  }
  expect(await client.call("SCARD", "s")).toBe(COUNT);
});

test("within EXEC everything is answered at once, in the turn of what was written before", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const words = [
    ["MULTI"],
    ["SREM", "s", name(0)],
    ["SINTERCARD", "2", "s", "s"],
    ["LREM", "l", "0", "v1400"],
    ["ZREMRANGEBYRANK", "z", "0", "1999"],
    ["ZINTERCARD", "2", "z", "z"],
    ["LPOS", "l", "v1400"],
    ["EXEC"],
  ];
  for (const request of words) client.send(...request);
  for (let i = 0; i < words.length - 1; i++) await client.readPlain();
  expect(await client.readPlain()).toEqual([1, COUNT - 1, 2, 2000, 2000, null]);
  await until(() => server.app.ledis.keyspace.rowSnapshots.count === 0);
});
