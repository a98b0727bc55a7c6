import { expect, test } from "bun:test";
import { ledisKeyCommands } from "../../../src/commands/keys/ledis-keys.ts";
import { TYPE_SET } from "../../../src/keyspace/rows/key-row.ts";
import { replyError, startServer } from "../../support/start-server.ts";

const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");

test("a type has those commands that it has names for", () => {
  expect(ledisKeyCommands(TYPE_SET, "a set", { ttl: "STTL" }).map((row) => row.name)).toEqual([
    "STTL",
  ]);
});

test("xCLEAR answers the number of elements, xMCLEAR that of keys", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SADD", "s", "a", "b");
  expect(await client.call("SCLEAR", "s")).toBe(2);
  expect(await client.call("SCLEAR", "s")).toBe(0);
  await client.call("SADD", "s", "a");
  await client.call("SADD", "t", "a");
  expect(await client.call("SMCLEAR", "s", "t", "none", "s")).toBe(4);
  expect(await client.call("EXISTS", "s", "t")).toBe(0);
});

test("xEXPIRE, xEXPIREAT, xTTL, xPERSIST and xKEYEXISTS know only their type", async () => {
  await using server = await startServer();
  const client = await server.connect();
  expect(await client.call("SEXPIRE", "none", "10")).toBe(0);
  expect(await client.call("STTL", "none")).toBe(-1);
  expect(await client.call("SPERSIST", "none")).toBe(0);
  expect(await client.call("SKEYEXISTS", "none")).toBe(0);
  await client.call("SADD", "s", "a");
  expect(await client.call("SKEYEXISTS", "s")).toBe(1);
  expect(await client.call("STTL", "s")).toBe(-1);
  expect(await client.call("SEXPIRE", "s", "1000")).toBe(1);
  expect(await client.call("STTL", "s")).toBeGreaterThan(990);
  expect(await client.call("SPERSIST", "s")).toBe(1);
  expect(await client.call("SPERSIST", "s")).toBe(0);
  expect(await client.call("SEXPIREAT", "s", "4102444800")).toBe(1);
  expect(await client.call("STTL", "s")).toBeGreaterThan(1_000_000);
  await client.call("SET", "str", "x");
  for (const words of [
    ["SEXPIRE", "str", "10"],
    ["SEXPIREAT", "str", "4102444800"],
    ["STTL", "str"],
    ["SPERSIST", "str"],
    ["SKEYEXISTS", "str"],
    ["SCLEAR", "str"],
    ["SMCLEAR", "s", "str"],
  ]) {
    expect({ words, reply: await client.call(...words) }).toEqual({ words, reply: wrongType });
  }
  expect(await client.call("EXISTS", "s", "str")).toBe(2);
});

test("times that have passed are refused before the key is looked at", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "str", "x");
  const invalid = (name: string) => replyError(`ERR invalid expire time in '${name}' command`);
  for (const time of ["0", "-1", "9223372036854775807"]) {
    expect(await client.call("SEXPIRE", "str", time)).toEqual(invalid("sexpire"));
    expect(await client.call("SEXPIREAT", "str", time)).toEqual(invalid("sexpireat"));
  }
  expect(await client.call("SEXPIREAT", "str", "1000")).toEqual(invalid("sexpireat"));
  expect(await client.call("SEXPIRE", "str", "x")).toEqual(
    replyError("ERR value is not an integer or out of range"),
  );
});
