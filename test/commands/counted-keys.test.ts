import { expect, test } from "bun:test";
import { countedKeys } from "../../src/commands/counted-keys.ts";
import { replyError, startServer } from "../support/start-server.ts";

test("it tells COMMAND where the keys are", () => {
  const arg = countedKeys({ notPositive: "ERR a", tooMany: "ERR b" });
  expect(arg.docs.map(({ name }) => name)).toEqual(["numkeys", "key"]);
  expect(arg.min).toBe(2);
});

test("as many words are keys as the number says, and options follow", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("SADD", "LIMIT", "a", "b");
  expect(await client.call("SINTERCARD", "1", "LIMIT", "LIMIT", "1")).toBe(1);
  expect(await client.call("SINTERCARD", "2", "LIMIT", "LIMIT")).toBe(2);
  expect(await client.call("SINTERCARD", "3", "LIMIT", "LIMIT")).toEqual(
    replyError("ERR Number of keys can't be greater than number of args"),
  );
});
