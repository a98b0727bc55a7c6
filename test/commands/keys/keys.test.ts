/** What the transcript test/transcripts/keys.txt cannot show: cursors, many keys, restarts. */
import { expect, test } from "bun:test";
import { errors } from "../../../src/errors.ts";
import {
  type Plain,
  type RespClient,
  replyError,
  startServer,
} from "../../support/start-server.ts";

/** All keys of a scan with these options, and how many calls it took. */
async function scan(
  client: RespClient,
  ...options: string[]
): Promise<[keys: Plain[], calls: number]> {
  const keys: Plain[] = [];
  let cursor = "0";
  let calls = 0;
  do {
    const [next, page] = (await client.call("SCAN", cursor, ...options)) as [string, Plain[]];
    keys.push(...page);
    cursor = next;
    calls++;
  } while (cursor !== "0");
  return [keys, calls];
}

async function fill(client: RespClient, count: number, prefix = "key:"): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, i) => prefix + String(i).padStart(6, "0"));
  await client.pipeline(keys.map((key) => ["SET", key, "v"]));
  return keys;
}

test("SCAN answers each key once, in pages of COUNT", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const keys = await fill(client, 95);
  expect(await scan(client)).toEqual([keys, 10]);
  expect(await scan(client, "COUNT", "50")).toEqual([keys, 2]);
  expect(await scan(client, "COUNT", "95")).toEqual([keys, 1]);
});

test("SCAN looks at no more than COUNT keys a call, also when it shows none of them", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const keys = await fill(client, 100);
  expect(await scan(client, "MATCH", "*:000099")).toEqual([["key:000099"], 10]);
  expect(await scan(client, "TYPE", "list", "COUNT", "25")).toEqual([[], 4]);
  expect(await scan(client, "TYPE", "STRING", "COUNT", "1000")).toEqual([keys, 1]);
  expect(await scan(client, "MATCH", "key:00009?")).toEqual([keys.slice(90), 1]);
});

test("however large COUNT is, a call is short", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client, 10_500);
  expect((await scan(client, "COUNT", "9223372036854775807"))[1]).toBe(2);
});

test("cursors are decimal numbers, good for any client and any number of times", async () => {
  await using server = await startServer();
  const [one, other] = [await server.connect(), await server.connect()];
  await fill(one, 30);
  const [cursor] = (await one.call("SCAN", "0")) as [string, Plain[]];
  expect(cursor).toMatch(/^[1-9][0-9]{0,15}$/);
  const page = await one.call("SCAN", cursor);
  expect(await other.call("SCAN", cursor)).toEqual(page);
  expect(await other.call("SCAN", `+00${cursor}`)).toEqual(page);
});

test("a cursor that nobody knows is refused: neither an endless scan nor an incomplete one", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client, 30);
  const [cursor] = (await client.call("SCAN", "0")) as [string, Plain[]];
  await server.restart();
  const again = await server.connect();
  for (const unknown of [cursor, "1", "-1", "18446744073709551615"]) {
    expect(await again.call("SCAN", unknown)).toEqual(replyError(errors.invalidCursor));
  }
});

test("KEYS answers any number of keys, and others are served meanwhile", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  const keys = await fill(client, 20_000);
  const answered: string[] = [];
  const all = client.call("KEYS", "*").then((reply) => {
    answered.push("KEYS");
    return reply;
  });
  await other.call("PING").then(() => answered.push("PING"));
  expect(await all).toEqual(keys);
  expect(answered).toEqual(["PING", "KEYS"]);
});

test("replies behind a long KEYS wait for it", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client, 5000);
  const [found, value] = await client.pipeline([
    ["KEYS", "*00"],
    ["GET", "key:000000"],
  ]);
  expect([(found as Plain[]).length, value]).toEqual([50, "v"]);
});

test("RANDOMKEY answers a key, null from an empty database", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("RANDOMKEY")).toBeNull();
  const keys = await fill(client, 50);
  expect(keys).toContain((await client.call("RANDOMKEY")) as string);
});

test("keys, names and copies are the same after a restart", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.pipeline([
    ["MSET", "a", "1", "b", "2", "c", "3"],
    ["RENAME", "a", "d"],
    ["COPY", "b", "e"],
    ["EXPIREAT", "e", "4102444800"],
    ["MOVE", "c", "1"],
    ["DEL", "b"],
  ]);
  await server.restart();
  const again = await server.connect();
  expect(await again.call("KEYS", "*")).toEqual(["d", "e"]);
  expect(await again.call("EXPIRETIME", "e")).toBe(4102444800);
  expect(await again.call("SWAPDB", "0", "1")).toBe("OK");
  expect(await again.call("GET", "c")).toBe("3");
});
