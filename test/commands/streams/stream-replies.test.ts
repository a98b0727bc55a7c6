import { expect, test } from "bun:test";
import { startServer } from "../../support/start-server.ts";

/** `count` entries, as XRANGE answers them. */
const entries = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => [`${from + i}-0`, ["f", `v${from + i}`]]);

async function filled(count: number) {
  const server = await startServer();
  const client = await server.connect();
  for (let i = 1; i <= count; i++) client.send("XADD", "s", `${i}`, "f", `v${i}`);
  for (let i = 1; i <= count; i++) await client.readPlain();
  return { server, client };
}

test("a long range is read from a snapshot: it is that of one moment", async () => {
  const { server, client } = await filled(3000);
  await using _ = server;
  const other = await server.connect();
  client.send("XRANGE", "s", "-", "+");
  const added = other.call("XADD", "s", "3001", "f", "v");
  const reply = (await client.readPlain()) as unknown[];
  await added;
  expect(reply.slice(0, 3000)).toEqual(entries(1, 3000));
  expect(await client.call("XREVRANGE", "s", "2500", "300")).toEqual(entries(300, 2500).reverse());
  expect(await client.call("XRANGE", "s", "500", "+", "COUNT", 1500)).toEqual(entries(500, 1999));
});

test("within a script and EXEC it is read at once", async () => {
  const { server, client } = await filled(1500);
  await using _ = server;
  const script = "return #redis.call('XRANGE', 's', '-', '+')";
  expect(await client.call("EVAL", script, 0)).toBe(1500);
  await client.call("MULTI");
  await client.call("XRANGE", "s", "-", "+");
  expect(await client.call("EXEC")).toEqual([entries(1, 1500)]);
});

test("few long entries are answered in pieces as well", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const value = "x".repeat(300_000);
  for (let i = 1; i <= 6; i++) await client.call("XADD", "s", i, "f", value);
  const reply = (await client.call("XRANGE", "s", "-", "+")) as [string, string[]][];
  expect(reply.map(([id, [, text]]) => [id, text!.length])).toEqual(
    [1, 2, 3, 4, 5, 6].map((i) => [`${i}-0`, 300_000]),
  );
});

test("a key that is gone meanwhile has no entries", async () => {
  const { server, client } = await filled(2000);
  await using _ = server;
  client.send("XRANGE", "s", "-", "+");
  client.send("DEL", "s");
  const reply = (await client.readPlain()) as unknown[];
  expect([0, 2000]).toContain(reply.length);
  expect(await client.readPlain()).toBe(1);
  expect(await client.call("XRANGE", "s", "-", "+")).toEqual([]);
});
