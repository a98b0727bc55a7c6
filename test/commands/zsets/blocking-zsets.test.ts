import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("a sorted set that is there is popped at once", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("ZADD", "z", 1, "a", 2, "b", 3, "c", 4, "d");
  expect(await client.call("BZPOPMIN", "no", "z", 0)).toEqual(["z", "a", "1"]);
  expect(await client.call("BZPOPMAX", "z", 0)).toEqual(["z", "d", "4"]);
  expect(await client.call("BZMPOP", 0, 2, "no", "z", "MAX", "COUNT", 2)).toEqual([
    "z",
    [
      ["c", "3"],
      ["b", "2"],
    ],
  ]);
});

test("those who wait are served by ZADD, in the order in which they came", async () => {
  await using server = await startServer();
  const other = await server.connect();
  const { waiters } = server.app.ledis;
  const lines = ["BZPOPMIN z 0", "BZPOPMAX y z 0", "BZMPOP 0 1 z MIN COUNT 9", "BZPOPMIN z 0"];
  const clients = [];
  for (const line of lines) {
    const client = await server.connect();
    client.send(...line.split(" "));
    clients.push(client);
    while (waiters.count < clients.length) await other.call("PING");
  }
  expect(await other.call("ZADD", "z", 1, "a", 2, "b", 3, "c", 4, "d")).toBe(4);
  expect(await clients[0]!.readPlain()).toEqual(["z", "a", "1"]);
  expect(await clients[1]!.readPlain()).toEqual(["z", "d", "4"]);
  expect(await clients[2]!.readPlain()).toEqual([
    "z",
    [
      ["b", "2"],
      ["c", "3"],
    ],
  ]);
  expect([waiters.count, await other.call("EXISTS", "z")]).toEqual([1, 0]);
  await other.call("ZUNIONSTORE", "z", 1, "none");
  await other.call("SADD", "set", "m");
  expect(await other.call("ZUNIONSTORE", "z", 1, "set")).toBe(1);
  expect(await clients[3]!.readPlain()).toEqual(["z", "m", "1"]);
});

test("who waits too long gets null", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("BZPOPMIN", "z", "0.01")).toBeNull();
  expect(await client.call("BZMPOP", "0.01", 1, "z", "MIN")).toBeNull();
});

test("mistakes are told before anything waits", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "s", "v");
  expect(await client.call("BZPOPMIN", "z", "x")).toEqual(
    replyError("ERR timeout is not a float or out of range"),
  );
  expect(await client.call("BZPOPMAX", "z", -1)).toEqual(replyError("ERR timeout is negative"));
  expect(await client.call("BZMPOP", 0, 0, "z", "MIN")).toEqual(
    replyError("ERR numkeys should be greater than 0"),
  );
  expect(await client.call("BZPOPMIN", "s", 0)).toEqual(
    replyError("WRONGTYPE Operation against a key holding the wrong kind of value"),
  );
});
