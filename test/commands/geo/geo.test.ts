import { describe, expect, test } from "bun:test";
import { differencesTo, recordedReplies } from "../../support/recorded-replies.ts";
import { replyError, startServer } from "../../support/start-server.ts";

const recorded = recordedReplies(new URL("redis-geo.jsonl", import.meta.url));

describe("2,600 random geo commands are answered as by Redis, in both protocols", () => {
  test("from memory", async () => {
    expect(recorded.length).toBe(2600);
    expect(await differencesTo(recorded)).toEqual([]);
  }, 60_000);

  test("from SQLite, now and then", async () => {
    expect(await differencesTo(recorded, ({ app }) => app.ledis.reload())).toEqual([]);
  }, 60_000);
});

test("members are added with their positions, and these are answered", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const add = ["13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania"];
  expect(await client.call("GEOADD", "Sicily", ...add)).toBe(2);
  expect(await client.call("GEOADD", "Sicily", "CH", "13", "38", "Palermo")).toBe(1);
  expect(await client.call("GEOADD", "Sicily", ...add)).toBe(0);
  expect(await client.call("ZSCORE", "Sicily", "Palermo")).toBe("3479099956230698");
  expect(await client.call("GEODIST", "Sicily", "Palermo", "Catania")).toBe("166274.1516");
  expect(await client.call("GEODIST", "Sicily", "Palermo", "Catania", "MI")).toBe("103.3182");
  expect(await client.call("GEODIST", "Sicily", "Palermo", "none")).toBeNull();
  expect(await client.call("GEOHASH", "Sicily", "Palermo", "none")).toEqual(["sqc8b49rny0", null]);
  expect(await client.call("GEOPOS", "Sicily", "Palermo", "none")).toEqual([
    ["13.36138933897018433", "38.11555639549629859"],
    null,
  ]);
});

test("a missing key has no members, another type is refused", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "s", "v");
  const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");
  expect(await client.call("GEODIST", "none", "a", "b")).toBeNull();
  expect(await client.call("GEOPOS", "none", "a", "b")).toEqual([null, null]);
  expect(await client.call("GEOHASH", "none")).toEqual([]);
  expect(await client.call("GEOADD", "none", "XX", "1", "1", "a")).toBe(0);
  expect(await client.call("EXISTS", "none")).toBe(0);
  for (const words of [
    ["GEOADD", "s", "1", "1", "a"],
    ["GEODIST", "s", "a", "b"],
    ["GEOPOS", "s", "a"],
    ["GEOHASH", "s"],
  ]) {
    expect(await client.call(...words)).toEqual(wrongType);
  }
});

test("a unit is looked at before the key", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "s", "v");
  expect(await client.call("GEODIST", "s", "a", "b", "league")).toEqual(
    replyError("ERR unsupported unit provided. please use M, KM, FT, MI"),
  );
  expect(await client.call("GEODIST", "s", "a", "b", "m", "m")).toEqual(
    replyError("ERR syntax error"),
  );
});

test("scripts are answered coordinates as texts without an exponent", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("GEOADD", "g", "0.000001", "0.000001", "a");
  const script = "return redis.call('GEOPOS', KEYS[1], 'a')[1][1]";
  expect(await client.call("EVAL", script, "1", "g")).toBe("0.00000268220901489");
});
