import { expect, test } from "bun:test";
import { AT_ONCE_MAX } from "../../src/commands/pieces.ts";
import { type RespClient, replyError, startServer } from "../support/start-server.ts";
import { until } from "../support/until.ts";

const COUNT = 3 * AT_ONCE_MAX;
const name = (i: number): string => `name-${String(i).padStart(6, "0")}`;
const names = Array.from({ length: COUNT }, (_, i) => name(i));

async function fill(client: RespClient): Promise<void> {
  for (let at = 0; at < COUNT; at += 500) {
    const some = names.slice(at, at + 500);
    await client.call("SADD", "s", ...some);
    await client.call("RPUSH", "l", ...some);
    await client.call("HSET", "h", ...some.flatMap((field) => [field, `v${field}`]));
    await client.call("ZADD", "z", ...some.flatMap((member, i) => [`${at + i}`, member]));
  }
}

test("long answers are what short ones would be, from memory and from SQLite", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  for (let round = 0; round < 2; round++) {
    expect(await client.call("SMEMBERS", "s")).toEqual(names);
    expect(await client.call("HKEYS", "h")).toEqual(names);
    expect(await client.call("HVALS", "h")).toEqual(names.map((field) => `v${field}`));
    expect(await client.call("HGETALL", "h")).toEqual(names.flatMap((f) => [f, `v${f}`]));
    expect(await client.call("LRANGE", "l", "10", "-10")).toEqual(names.slice(10, -9));
    expect(await client.call("ZRANGE", "z", "0", "-1")).toEqual(names);
    expect(await client.call("ZREVRANGE", "z", "5", "-5", "WITHSCORES")).toEqual(
      names
        .map((member, i) => [member, `${i}`])
        .slice(4, -5)
        .reverse()
        .flat(),
    );
    expect(await client.call("ZRANGEBYSCORE", "z", "(10", "+inf", "LIMIT", "3", "2000")).toEqual(
      names.slice(14, 2014),
    );
    await client.call("SAVE");
  }
  await until(() => server.app.ledis.keyspace.rowSnapshots.count === 0);
});

test("in RESP3 they have their own forms", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  await client.call("HELLO", "3");
  for (const [head, ...words] of [
    [`%${COUNT}`, "HGETALL", "h"],
    [`*${COUNT}`, "HKEYS", "h"],
    [`~${COUNT}`, "SMEMBERS", "s"],
    [`*${COUNT}`, "ZRANGE", "z", "0", "-1", "WITHSCORES"],
  ] as const) {
    client.send(...words);
    const reply = await client.read();
    expect(
      `${head.slice(0, 1)}${"items" in reply ? reply.items.length : "pairs" in reply ? reply.pairs.length : 0}`,
    ).toBe(head);
  }
});

test("a pipeline goes on behind a long answer, and sees what it wrote before", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  client.send("SADD", "s", "zzz");
  client.send("SMEMBERS", "s");
  client.send("DEL", "s");
  client.send("SMEMBERS", "s");
  client.send("SCARD", "s");
  expect(await client.readPlain()).toBe(1);
  expect(await client.readPlain()).toEqual([...names, "zzz"]);
  expect(await client.readPlain()).toBe(1);
  expect(await client.readPlain()).toEqual([]);
  expect(await client.readPlain()).toBe(0);
});

test("another type is refused, a missing key is empty, CLIENT REPLY OFF silences", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  expect(await client.call("HGETALL", "s")).toEqual(
    replyError("WRONGTYPE Operation against a key holding the wrong kind of value"),
  );
  expect(await client.call("HGETALL", "none")).toEqual([]);
  client.send("CLIENT", "REPLY", "SKIP");
  client.send("SMEMBERS", "s");
  expect(await client.call("PING")).toBe("PONG");
  await until(() => server.app.ledis.keyspace.rowSnapshots.count === 0);
});

test("few elements that are long are sent in pieces, too", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const values = Array.from({ length: 40 }, (_, i) => name(i).repeat(8000));
  await client.call("RPUSH", "l", ...values);
  await client.call("HSET", "h", ...values.flatMap((value, i) => [`${i + 10}`, value]));
  let pieces = 0;
  const { rowSnapshots } = server.app.ledis.keyspace;
  const take = rowSnapshots.take.bind(rowSnapshots);
  rowSnapshots.take = (ids) => {
    pieces++;
    return take(ids);
  };
  const { lookups } = server.app.ledis;
  for (let round = 0; round < 2; round++) {
    const { hits } = lookups;
    expect(await client.call("LRANGE", "l", "0", "-1")).toEqual(values);
    expect(await client.call("HVALS", "h")).toEqual(values);
    expect(pieces).toBe(2 * (round + 1));
    expect(await client.call("LRANGE", "l", "0", "5")).toEqual(values.slice(0, 6));
    expect(pieces).toBe(2 * (round + 1));
    expect(lookups.hits - hits).toBe(3);
    await client.call("SAVE");
  }
  client.send("MULTI");
  client.send("LRANGE", "l", "0", "-1");
  client.send("EXEC");
  for (let i = 0; i < 2; i++) await client.readPlain();
  expect(await client.readPlain()).toEqual([values]);
  expect(pieces).toBe(4);
  await until(() => rowSnapshots.count === 0);
});
