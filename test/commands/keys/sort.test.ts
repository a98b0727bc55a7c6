import { expect, test } from "bun:test";
import { type Plain, replyError, startServer } from "../../support/start-server.ts";

const syntax = replyError("ERR syntax error");
const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");
const notInteger = replyError("ERR value is not an integer or out of range");
const notNumbers = replyError("ERR One or more scores can't be converted into double");

test("SORT answers as Redis does", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const rows: readonly (readonly [string, Plain])[] = [
    ["RPUSH l 3 1 2 10", 4],
    ["SET w_1 c", "OK"],
    ["SET w_2 b", "OK"],
    ["HSET o_3 name three", 1],
    ["SORT l", ["1", "2", "3", "10"]],
    ["SORT_RO l desc limit 0 2", ["10", "3"]],
    ["SORT l ALPHA", ["1", "10", "2", "3"]],
    ["SORT l LIMIT 2 1 GET # GET w_* GET o_*->name", ["3", null, "three"]],
    ["SORT l BY w_* ALPHA LIMIT 2 2", ["2", "1"]],
    ["SORT l BY w_*", notNumbers],
    ["SORT l BY nosort GET w_* STORE t", 4],
    ["LRANGE t 0 -1", ["", "c", "b", ""]],
    ["EXPIRE t 100", 1],
    ["SORT l STORE t", 4],
    ["TTL t", -1],
    ["SORT l STORE l", 4],
    ["LRANGE l 0 -1", ["1", "2", "3", "10"]],
    ["SORT missing STORE t", 0],
    ["EXISTS t", 0],
    ["SORT missing STORE t", 0],
    ["SORT missing", []],
    ["SORT l LIMIT 0", syntax],
    ["SORT l LIMIT x 1", notInteger],
    ["SORT l GET", syntax],
    ["SORT l BY", syntax],
    ["SORT l FOO", syntax],
    ["SORT_RO l STORE t", syntax],
    ["SORT w_1", wrongType],
    ["SORT o_3 STORE w_1", wrongType],
    ["SORT w_1 FOO", syntax],
    ["SORT", replyError("ERR wrong number of arguments for 'sort' command")],
    ["GET w_1", "c"],
  ];
  for (const [line, reply] of rows) {
    expect([line, await client.call(...line.split(" "))]).toEqual([line, reply]);
  }
});

test("many elements are sorted in slices, and other clients served in between", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  const numbers = Array.from({ length: 30_000 }, (_, i) => String((i * 7919) % 30_011));
  for (let at = 0; at < numbers.length; at += 5000) {
    await client.call("RPUSH", "l", ...numbers.slice(at, at + 5000));
  }
  let isDone = false;
  const sorting = client.call("SORT", "l", "STORE", "sorted").finally(() => {
    isDone = true;
  });
  let served = 0;
  while (!isDone) {
    await other.call("PING");
    served++;
  }
  expect(await sorting).toBe(30_000);
  expect(served).toBeGreaterThan(2);
  const sorted = numbers.toSorted((a, b) => Number(a) - Number(b));
  expect(await client.call("LRANGE", "sorted", "0", "-1")).toEqual(sorted);
});
