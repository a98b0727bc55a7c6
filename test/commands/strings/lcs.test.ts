/** LCS of long strings; test/transcripts/strings.txt shows its forms. */
import { expect, test } from "bun:test";
import { startServer } from "../../support/start-server.ts";

test("long strings are compared in slices: others are served, and may change the strings", async () => {
  await using server = await startServer();
  const [client, other] = [await server.connect(), await server.connect()];
  const text = "abcdefghij".repeat(400);
  await client.call("MSET", "a", text, "b", `${text}tail`);
  const answered: string[] = [];
  const length = client.call("LCS", "a", "b", "LEN").then((reply) => {
    answered.push("LCS");
    return reply;
  });
  await other.call("MSET", "a", "", "b", "").then(() => answered.push("MSET"));
  expect(await length).toBe(text.length);
  expect(answered).toEqual(["MSET", "LCS"]);
});

test("IDX answers the ranges, whatever the least length below 1", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("MSET", "a", "xab", "b", "ab");
  expect(await client.call("LCS", "a", "b", "IDX", "MINMATCHLEN", "-1")).toEqual([
    "matches",
    [
      [
        [1, 2],
        [0, 1],
      ],
    ],
    "len",
    2,
  ]);
});
