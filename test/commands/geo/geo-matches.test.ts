import { expect, test } from "bun:test";
import { type RespClient, startServer, type TestServer } from "../../support/start-server.ts";
import { until } from "../../support/until.ts";

const COUNT = 4000;

async function fill(client: RespClient): Promise<void> {
  for (let at = 0; at < COUNT; at += 500) {
    const places = Array.from({ length: 500 }, (_, i) => at + i).flatMap((number) => [
      ((number * 0.6180339887) % 1) * 20,
      ((number * 0.4142135623) % 1) * 20,
      `m${number}`,
    ]);
    await client.call("GEOADD", "g", ...places);
  }
}

/** What the client is answered when it may not wait. */
async function atOnce(server: TestServer, client: RespClient, words: readonly string[]) {
  const [side] = [...server.app.clients()];
  Object.defineProperty(side, "mayWait", { value: false, configurable: true });
  const reply = await client.call(...words);
  Object.defineProperty(side, "mayWait", { value: true, configurable: true });
  return reply;
}

const requests = [
  "GEOSEARCH g FROMLONLAT 10 10 BYRADIUS 9000 km",
  "GEOSEARCH g FROMLONLAT 10 10 BYRADIUS 600 km WITHDIST WITHCOORD WITHHASH",
  "GEOSEARCH g FROMLONLAT 10 10 BYRADIUS 9000 km ASC WITHDIST",
  "GEOSEARCH g FROMLONLAT 10 10 BYBOX 2000 1500 km DESC",
  "GEOSEARCH g FROMLONLAT 10 10 BYRADIUS 9000 km COUNT 3",
  "GEOSEARCH g FROMLONLAT 10 10 BYRADIUS 9000 km COUNT 3000 DESC WITHDIST",
  "GEOSEARCH g FROMLONLAT 10 10 BYRADIUS 9000 km COUNT 2000 ANY",
  "GEOSEARCH g FROMLONLAT 10 10 BYRADIUS 9000 km COUNT 2000 ANY ASC",
  "GEORADIUSBYMEMBER g m17 9000 km ASC",
].map((line) => line.split(" "));

test("what is read from a snapshot is what would be answered at once, from memory and SQLite", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const { keyspace, lookups, sortMemory } = server.app.ledis;
  for (let round = 0; round < 2; round++) {
    for (const request of requests) {
      const hits = lookups.hits;
      const expected = await atOnce(server, client, request);
      expect(await client.call(...request)).toEqual(expected);
      expect(lookups.hits).toBe(hits + 2);
    }
    await client.call("SAVE");
  }
  await until(() => keyspace.rowSnapshots.count === 0 && sortMemory.used === 0);
}, 60_000);

test("what is stored in slices is what would be stored at once", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  for (const words of ["", " STOREDIST", " COUNT 1500", " COUNT 20 DESC STOREDIST"]) {
    const line = `GEOSEARCHSTORE t g FROMLONLAT 10 10 BYRADIUS 900 km${words}`.split(" ");
    const size = await atOnce(server, client, line);
    const expected = await client.call("ZRANGE", "t", 0, -1, "WITHSCORES");
    await client.call("DEL", "t");
    expect(await client.call(...line)).toBe(size);
    expect(await client.call("ZRANGE", "t", 0, -1, "WITHSCORES")).toEqual(expected);
  }
});

test("without memory to sort in, a search is answered and stored at once", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await fill(client);
  const search = "GEOSEARCH g FROMLONLAT 10 10 BYRADIUS 9000 km ASC".split(" ");
  const store = "GEOSEARCHSTORE t g FROMLONLAT 10 10 BYRADIUS 9000 km COUNT 2000".split(" ");
  const expected = await client.call(...search);
  const { sortMemory } = server.app.ledis;
  await until(() => sortMemory.used === 0);
  const taken = (128 << 20) - (16 << 10);
  expect(sortMemory.take(taken)).toBe(true);
  expect(await client.call(...search)).toEqual(expected);
  expect(await client.call(...store)).toBe(2000);
  expect(sortMemory.used).toBe(taken);
});

test("a set that goes away meanwhile is answered whole, or not at all", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const other = await server.connect();
  await fill(client);
  for (const request of [requests[0]!, requests[2]!]) {
    await client.call("COPY", "g", "copy", "REPLACE");
    client.send(...request.with(1, "copy"));
    other.send("DEL", "copy");
    const reply = (await client.readPlain()) as unknown[];
    expect(await other.readPlain()).toBe(1);
    expect([0, COUNT]).toContain(reply.length);
  }
});

test("in RESP3 coordinates are doubles, distances texts", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("HELLO", "3");
  await client.call("GEOADD", "g", "180", "0", "edge");
  const line = "GEOSEARCH g FROMLONLAT 180 0 BYRADIUS 1 km WITHDIST WITHHASH WITHCOORD";
  expect(await client.wire(...line.split(" "))).toBe(
    "*1\r\n*4\r\n$4\r\nedge\r\n$6\r\n0.0001\r\n:10133099161583616\r\n" +
      "*2\r\n,180\r\n,0.00000126736058093\r\n",
  );
});
