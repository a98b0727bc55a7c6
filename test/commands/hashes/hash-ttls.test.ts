import { expect, test } from "bun:test";
import { useFakeClock } from "../../support/fake-clock.ts";
import { type Plain, replyError, startServer } from "../../support/start-server.ts";

const arity = (name: string) => replyError(`ERR wrong number of arguments for '${name}' command`);
const noFields = replyError(
  "ERR Mandatory argument FIELDS is missing or not at the right position",
);
const mismatch = replyError("ERR The `numfields` parameter must match the number of arguments");
const tooFew = replyError("ERR Parameter `numFields` should be greater than 0");
const notPositive = replyError("ERR Number of fields must be a positive integer");
const wrongType = replyError("WRONGTYPE Operation against a key holding the wrong kind of value");
const notInteger = replyError("ERR value is not an integer or out of range");
const negative = replyError("ERR invalid expire time, must be >= 0");

test("TTLs of fields are set, answered and taken away as in Redis", async () => {
  using time = useFakeClock();
  await using server = await startServer();
  const client = await server.connect();
  const rows: readonly (readonly [string, Plain])[] = [
    ["HSET h a 1 b 2 c 3 d 4", 4],
    ["HEXPIRE h 10 FIELDS 2 a x", [1, -2]],
    ["HPEXPIRE h 1500 NX FIELDS 2 a b", [0, 1]],
    ["HEXPIREAT h 4102444800 lt fields 1 c", [1]],
    ["HPEXPIREAT h 1 FIELDS 1 d", [2]],
    ["HTTL h FIELDS 4 a b c d", [10, 2, 2335219200, -2]],
    ["HPTTL h FIELDS 2 a b", [10000, 1500]],
    ["HEXPIRETIME h FIELDS 2 b c", [1767225602, 4102444800]],
    ["HPEXPIRETIME h FIELDS 1 b", [1767225601500]],
    ["HPERSIST h FIELDS 3 c c x", [1, -1, -2]],
    ["HTTL h FIELDS 1 c", [-1]],
    ["HLEN h", 3],
    ["@1500", null],
    ["HLEN h", 2],
    ["HGETALL h", ["a", "1", "c", "3"]],
    ["@8500", null],
    ["HKEYS h", ["c"]],
    ["HGETEX h EX 5 FIELDS 2 c a", ["3", null]],
    ["HGETEX h FIELDS 1 c", ["3"]],
    ["HTTL h FIELDS 1 c", [5]],
    ["HGETEX h PERSIST FIELDS 1 c", ["3"]],
    ["HTTL h FIELDS 1 c", [-1]],
    ["HSETEX h PX 100 FIELDS 2 c 5 e 6", 1],
    ["HSETEX h FNX FIELDS 1 c 7", 0],
    ["HGETDEL h FIELDS 2 e e", ["6", null]],
    ["@100", null],
    ["EXISTS h", 0],
    ["HTTL h FIELDS 2 a b", [-2, -2]],
    ["HEXPIRE h 1 FIELDS 1 a", [-2]],
    ["HPERSIST h FIELDS 1 a", [-2]],
    ["HGETDEL h FIELDS 1 a", [null]],
    ["HGETEX h EX 1 FIELDS 1 a", [null]],
  ];
  for (const [line, reply] of rows) {
    if (line.startsWith("@")) time.advance(Number(line.slice(1)));
    else expect([line, await client.call(...line.split(" "))]).toEqual([line, reply]);
  }
});

test("LedisDB's forms are for the whole hash", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const rows: readonly (readonly [string, Plain])[] = [
    ["HSET h a 1", 1],
    ["HEXPIRE h 100", 1],
    ["HTTL h", 100],
    ["TTL h", 100],
    ["HPERSIST h", 1],
    ["HTTL h", -1],
    ["HEXPIREAT h 4102444800", 1],
    ["EXPIRETIME h", 4102444800],
    ["HTTL h FIELDS 1 a", [-1]],
    ["HEXPIRE h 0", replyError("ERR invalid expire time in 'hexpire' command")],
    ["HEXPIRE", arity("hexpire")],
    ["HEXPIRE h", arity("hexpire")],
    ["HTTL", arity("httl")],
    ["HPERSIST", arity("hpersist")],
  ];
  for (const [line, reply] of rows) {
    expect([line, await client.call(...line.split(" "))]).toEqual([line, reply]);
  }
});

test("mistakes are answered with Redis's texts", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SET", "s", "v");
  await client.call("HSET", "h", "a", "1");
  const rows: readonly (readonly [string, Plain])[] = [
    ["HEXPIRE h 10 FIELDS 1", arity("hexpire")],
    ["HPEXPIRE h 10", arity("hpexpire")],
    ["HEXPIRE h x FIELDS 1 a", notInteger],
    ["HEXPIRE h -1 FIELDS 1 a", negative],
    [
      "HPEXPIREAT h 70368744177664 FIELDS 1 a",
      replyError("ERR invalid expire time in 'hpexpireat' command"),
    ],
    ["HEXPIRE h 10 FOO 1 a", noFields],
    ["HEXPIRE h 10 NX 1 FIELDS a", noFields],
    ["HEXPIRE h 10 FIELDS 0 a", tooFew],
    ["HEXPIRE h 10 FIELDS x a", tooFew],
    ["HEXPIRE h 10 FIELDS 2 a", mismatch],
    ["HEXPIRE s x FIELDS 2 a", wrongType],
    ["HTTL h FIELDS 1", arity("httl")],
    ["HTTL h FOO 1 a", noFields],
    ["HTTL h FIELDS 0 a", notPositive],
    ["HPTTL h FIELDS 2 a", mismatch],
    ["HTTL s FOO 1 a", wrongType],
    ["HPERSIST h FIELDS 0 a", notPositive],
    ["HPERSIST s FOO 1 a", wrongType],
    ["HGETDEL h FIELDS 0 a", notPositive],
    ["HGETDEL h FOO 1 a", noFields],
    ["HGETDEL s FIELDS 1 a", wrongType],
    ["HGETEX h EX x FIELDS 1 a", notInteger],
    ["HGETEX h EX 5 FIELDS", arity("hgetex")],
    ["HGETEX h KEEPTTL FIELDS 1 a", noFields],
    ["HGETEX s FIELDS 1 a", wrongType],
    ["HSETEX s FIELDS 1 a b", wrongType],
    ["HSETEX h FIELDS 1 a", arity("hsetex")],
    ["HGET h a", "1"],
  ];
  for (const [line, reply] of rows) {
    expect([line, await client.call(...line.split(" "))]).toEqual([line, reply]);
  }
});
