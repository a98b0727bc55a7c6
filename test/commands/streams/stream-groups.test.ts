import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

// What is told at once stands in redis-streams.jsonl: see streams.test.ts. Here is what depends on time.

async function withGroup() {
  const server = await startServer();
  const client = await server.connect();
  for (let i = 1; i <= 5; i++) await client.call("XADD", "s", i, "f", `v${i}`);
  await client.call("XGROUP", "CREATE", "s", "g", 0);
  await client.call("XREADGROUP", "GROUP", "g", "a", "STREAMS", "s", ">");
  return { server, client };
}

test("XPENDING tells how long an entry has waited, and leaves out who waits for less", async () => {
  const { server, client } = await withGroup();
  await using _ = server;
  await client.call("XCLAIM", "s", "g", "b", 0, "2", "IDLE", 5000, "RETRYCOUNT", 7);
  const [entry] = (await client.call("XPENDING", "s", "g", "IDLE", 4000, "-", "+", 10)) as [
    [string, string, number, number],
  ];
  expect([entry[0], entry[1], entry[3]]).toEqual(["2-0", "b", 7]);
  expect(entry[2]).toBeWithin(5000, 10_000);
  expect(await client.call("XPENDING", "s", "g", "IDLE", 100_000, "-", "+", 10)).toEqual([]);
  expect(await client.call("XPENDING", "s", "g", "-", "+", 10, "nobody")).toEqual([]);
  expect(await client.call("XPENDING", "s", "g")).toEqual([
    5,
    "1-0",
    "5-0",
    [
      ["a", "4"],
      ["b", "1"],
    ],
  ]);
});

test("XCLAIM and XAUTOCLAIM take what has waited for long enough", async () => {
  const { server, client } = await withGroup();
  await using _ = server;
  expect(await client.call("XCLAIM", "s", "g", "b", 10_000, 1, 2)).toEqual([]);
  await client.call("XCLAIM", "s", "g", "a", 0, 1, 3, 5, "IDLE", 20_000, "JUSTID");
  expect(await client.call("XCLAIM", "s", "g", "b", 10_000, 1, 2)).toEqual([["1-0", ["f", "v1"]]]);
  await client.call("XDEL", "s", 3);
  expect(await client.call("XAUTOCLAIM", "s", "g", "c", 10_000, "-", "COUNT", 1)).toEqual([
    "4-0",
    [],
    ["3-0"],
  ]);
  expect(await client.call("XAUTOCLAIM", "s", "g", "c", 10_000, "4")).toEqual([
    "0-0",
    [["5-0", ["f", "v5"]]],
    [],
  ]);
});

test("XAUTOCLAIM looks at ten times as many entries as it may claim, and tells where to go on", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (let i = 1; i <= 30; i++) await client.call("XADD", "s", i, "f", "v");
  await client.call("XGROUP", "CREATE", "s", "g", 0);
  await client.call("XREADGROUP", "GROUP", "g", "a", "STREAMS", "s", ">");
  const claim = (from: string) =>
    client.call("XAUTOCLAIM", "s", "g", "b", 100_000, from, "COUNT", 1);
  expect(await claim("-")).toEqual(["11-0", [], []]);
  expect(await claim("11")).toEqual(["21-0", [], []]);
  expect(await claim("21")).toEqual(["0-0", [], []]);
});

test("groups outlive a restart, and are gone with the stream", async () => {
  const { server, client } = await withGroup();
  await using _ = server;
  await client.call("XACK", "s", "g", 1, 2);
  await server.app.ledis.reload();
  expect(await client.call("XREADGROUP", "GROUP", "g", "a", "STREAMS", "s", 0)).toEqual([
    ["s", [3, 4, 5].map((i) => [`${i}-0`, ["f", `v${i}`]])],
  ]);
  await client.call("DEL", "s");
  expect(await client.call("XACK", "s", "g", 3)).toBe(0);
  expect(await client.call("XREADGROUP", "GROUP", "g", "a", "STREAMS", "s", ">")).toEqual(
    replyError("NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option"),
  );
});
