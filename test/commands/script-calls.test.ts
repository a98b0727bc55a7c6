import { expect, test } from "bun:test";
import { replyError, startServer } from "../support/start-server.ts";

test("KEYS works to its end within a script", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const fill =
    "for i = 1, 5000 do redis.call('SET', 'k' .. i, i) end return #redis.call('KEYS', '*')";
  expect(await client.call("EVAL", fill, "0")).toBe(5000);
});

test("a command that would wait answers at once", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const text = "return tostring(redis.call('BLMPOP', 0, 1, 'l', 'LEFT'))";
  expect(await client.call("EVAL", text, "0")).toBe("false");
});

test("a command that answers only later is refused", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const text = "return redis.pcall('DEBUG', 'SLEEP', '0')";
  const refusal = replyError("ERR This Redis command is not allowed from script");
  expect(await client.call("EVAL", text, "0")).toEqual(refusal);
});

test("replies have the protocol that the script chose, whatever the client speaks", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("ZADD", "z", "1", "a");
  const range = "redis.call('ZRANGE', 'z', 0, -1, 'WITHSCORES')";
  const flat = `return cjson.encode(${range})`;
  const nested = `redis.setresp(3) ${flat}`;
  for (const version of ["2", "3"]) {
    await client.call("HELLO", version);
    expect(await client.call("EVAL", flat, "0")).toBe('["a","1"]');
    expect(await client.call("EVAL", nested, "0")).toBe('[["a",{"double":1}]]');
  }
});
