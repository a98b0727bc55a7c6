import { expect, test } from "bun:test";
import { startServer } from "../../support/start-server.ts";

/** What COMMAND DOCS has to tell follows from the arguments alone. */
async function argumentsOf(name: string): Promise<string> {
  await using server = await startServer();
  const client = await server.connect();
  return JSON.stringify(await client.call("COMMAND", "DOCS", name));
}

test("the words of ZADD and of ZUNION are documented", async () => {
  const add = await argumentsOf("zadd");
  for (const word of ["NX", "XX", "GT", "LT", "CH", "INCR", "score", "member"]) {
    expect(add).toContain(`"${word}"`);
  }
  const union = await argumentsOf("zunion");
  for (const word of ["numkeys", "WEIGHTS", "AGGREGATE", "WITHSCORES"]) {
    expect(union).toContain(`"${word}"`);
  }
  expect(await argumentsOf("zdiff")).not.toContain("WEIGHTS");
});

test("keys are found behind their number", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const keysOf = (line: string) => client.call("COMMAND", "GETKEYS", ...line.split(" "));
  expect(await keysOf("ZUNIONSTORE t 2 a b WEIGHTS 1 2")).toEqual(["t", "a", "b"]);
  expect(await keysOf("ZMPOP 2 a b MIN")).toEqual(["a", "b"]);
  expect(await keysOf("BZMPOP 0 1 a MAX")).toEqual(["a"]);
  expect(await keysOf("ZRANGESTORE t s 0 1")).toEqual(["t", "s"]);
  expect(await keysOf("BZPOPMIN a b 0")).toEqual(["a", "b"]);
});
