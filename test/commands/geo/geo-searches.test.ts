import { describe, expect, test } from "bun:test";
import {
  type Plain,
  type RespClient,
  replyError,
  startServer,
} from "../../support/start-server.ts";

const PALERMO = ["13.361389", "38.115556", "Palermo"];
const CATANIA = ["15.087269", "37.502669", "Catania"];

async function replies(lines: readonly (readonly [line: string, reply: Plain])[]): Promise<void> {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("GEOADD", "Sicily", ...PALERMO, ...CATANIA);
  await client.call("SET", "s", "v");
  for (const [line, reply] of lines) {
    expect({ line, reply: await client.call(...line.split(" ")) }).toEqual({ line, reply });
  }
}

describe("searches", () => {
  test("answer members, with what is asked for", async () => {
    await replies([
      ["GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC", ["Catania", "Palermo"]],
      ["GEOSEARCH Sicily FROMMEMBER Palermo BYBOX 10 10 km", ["Palermo"]],
      ["GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1", ["Catania"]],
      ["GEORADIUS_RO Sicily 15 37 100 km", ["Catania"]],
      ["GEORADIUSBYMEMBER_RO Sicily Palermo 1 m", ["Palermo"]],
      [
        "GEORADIUS Sicily 15 37 200 km WITHCOORD WITHDIST WITHHASH DESC",
        [
          [
            "Palermo",
            "190.4424",
            3479099956230698,
            ["13.36138933897018433", "38.11555639549629859"],
          ],
          [
            "Catania",
            "56.4413",
            3479447370796909,
            ["15.08726745843887329", "37.50266842333162032"],
          ],
        ],
      ],
    ]);
  });

  test("store what they find, in place of what was there", async () => {
    await replies([
      ["GEOSEARCHSTORE s Sicily FROMLONLAT 15 37 BYRADIUS 100 km", 1],
      ["ZRANGE s 0 -1 WITHSCORES", ["Catania", "3479447370796909"]],
      ["GEORADIUS Sicily 15 37 200 km STOREDIST s", 2],
      ["ZRANGE s 0 -1", ["Catania", "Palermo"]],
      ["GEORADIUSBYMEMBER Sicily Palermo 1 km STORE Sicily", 1],
      ["ZRANGE Sicily 0 -1", ["Palermo"]],
      ["GEOSEARCHSTORE s Sicily FROMLONLAT 0 0 BYRADIUS 1 km", 0],
      ["EXISTS s", 0],
    ]);
  });

  test("find nothing where there is no key, and store nothing", async () => {
    await replies([
      ["GEOSEARCH none FROMMEMBER x BYRADIUS 1 km", []],
      ["GEORADIUS none 1 1 1 km", []],
      ["GEOSEARCHSTORE s none FROMMEMBER x BYRADIUS 1 km", 0],
      ["EXISTS s", 0],
      ["GEORADIUSBYMEMBER none x 1 km STORE Sicily", 0],
      ["EXISTS Sicily", 0],
    ]);
  });

  test("find fault with the key, then with the words in their order", async () => {
    const wrongType = "WRONGTYPE Operation against a key holding the wrong kind of value";
    await replies([
      ["GEOSEARCH s FOO 1 2 3 4", replyError(wrongType)],
      ["GEORADIUSBYMEMBER s x y z", replyError(wrongType)],
      ["GEORADIUSBYMEMBER Sicily x y z", replyError("ERR could not decode requested zset member")],
      [
        "geoSearch Sicily FROMMEMBER Palermo ASC DESC ASC",
        replyError("ERR exactly one of BYRADIUS and BYBOX can be specified for geoSearch"),
      ],
      ["GEORADIUS_RO Sicily 1 1 1 m STORE x", replyError("ERR syntax error")],
    ]);
  });
});

test("the keys of a search that stores are found", async () => {
  const keysOf = (client: RespClient, line: string) =>
    client.call("COMMAND", "GETKEYSANDFLAGS", ...line.split(" "));
  await using server = await startServer();
  const client = await server.connect();
  expect(await keysOf(client, "GEORADIUS k 1 2 3 m STORE t")).toEqual([
    ["k", ["RO", "access"]],
    ["t", ["OW", "update"]],
  ]);
  expect(await keysOf(client, "GEOSEARCHSTORE t k FROMMEMBER m BYRADIUS 1 m")).toEqual([
    ["t", ["OW", "update"]],
    ["k", ["RO", "access"]],
  ]);
});
