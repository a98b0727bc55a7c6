/** What the transcript test/transcripts/expiry.txt cannot show. */
import { expect, test } from "bun:test";
import { useFakeClock } from "../../support/fake-clock.ts";
import { putCollection } from "../../support/hand-made-collections.ts";
import { startServer } from "../../support/start-server.ts";

test("TTLs are the same after a restart, and keys that ended meanwhile are gone", async () => {
  using time = useFakeClock();
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "long", "v", "EX", "1000");
  await client.call("SET", "short", "v", "EX", "10");
  time.advance(10_000);
  await server.restart();
  const again = await server.connect();
  expect(await again.call("TTL", "long")).toBe(990);
  expect(await again.call("GET", "short")).toBeNull();
  expect(await again.call("KEYS", "*")).toEqual(["long"]);
});

test("any type can have a TTL", async () => {
  using time = useFakeClock();
  await using server = await startServer();
  const client = await server.connect();
  const { ledis } = server.app;
  putCollection(ledis, ledis.select(0), Buffer.from("h"));
  expect(await client.call("EXPIRE", "h", "10")).toBe(1);
  expect(await client.call("PTTL", "h")).toBe(10_000);
  expect(await client.call("TYPE", "h")).toBe("hash");
  time.advance(10_000);
  expect(await client.call("TYPE", "h")).toBe("none");
});

test("keys that nobody asks for end by themselves", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "k", "v", "PX", "1");
  while ((await client.call("DBSIZE")) !== 0) await Bun.sleep(5);
  expect(server.app.ledis.expiry.expiredCount).toBe(1);
});
