import { expect, test } from "bun:test";
import { replyError, startServer } from "../../support/start-server.ts";

test("KEYS works to its end within a script", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const fill =
    "for i = 1, 5000 do redis.call('SET', 'k' .. i, i) end return #redis.call('KEYS', '*')";
  expect(await client.call("EVAL", fill, "0")).toBe(5000);
});

test("SORT, LCS, COPY and long replies work to their end within a script, and within EXEC", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const fill = "for i = 1, 5000 do redis.call('RPUSH', 'l', i) redis.call('SADD', 's', i) end";
  await client.call("EVAL", fill, "0");
  const text = `
    local long = string.rep('ab', 3000)
    redis.call('SET', 'a', long) redis.call('SET', 'b', long)
    return {#redis.call('SORT', 'l'), redis.call('SORT', 'l', 'STORE', 't'), redis.call('COPY', 's', 'u'),
      redis.call('LCS', 'a', 'b', 'LEN'), #redis.call('SMEMBERS', 'u'), redis.call('DBSIZE')}`;
  const all = [5000, 5000, 1, 6000, 5000, 6];
  expect(await client.call("EVAL", text, "0")).toEqual(all);
  await client.call("DEL", "t", "u");
  await client.call("MULTI");
  await client.call("SET", "x", "1");
  await client.call("EVAL", text, "0");
  await client.call("SORT_RO", "l", "LIMIT", "0", "1");
  expect(await client.call("EXEC")).toEqual(["OK", [5000, 5000, 1, 6000, 5000, 7], ["1"]]);
});

test("a script can publish; subscribers get the message", async () => {
  await using server = await startServer();
  const [subscriber, client] = [await server.connect(), await server.connect()];
  await subscriber.call("SUBSCRIBE", "news");
  const message = subscriber.readPlain();
  const text = "return redis.call('PUBLISH', 'news', 'hello')";
  expect(await client.call("EVAL", text, "0")).toBe(1);
  expect(await message).toEqual(["message", "news", "hello"]);
});

test("a script that may not write may not publish either", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const refusal = replyError("ERR Write commands are not allowed from read-only scripts.");
  const text = "return redis.pcall('PUBLISH', 'news', 'hello')";
  expect(await client.call("EVAL_RO", text, "0")).toEqual(refusal);
  expect(await client.call("EVAL", `#!lua flags=no-writes\n${text}`, "0")).toEqual(refusal);
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
