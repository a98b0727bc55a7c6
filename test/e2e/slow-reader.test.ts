import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";

test("what waits for a slow reader is not written over by later turns", async () => {
  await using server = await startServer();
  const slow = await server.connect();
  const quick = await server.connect();
  const value = (letter: string, bytes: number) => letter.repeat(bytes);
  for (const [key, letter, bytes] of [
    ["large", "l", 1 << 20],
    ["middle", "m", 200_000],
    ["other", "o", 200_000],
  ] as const) {
    expect(await quick.call("SET", key, value(letter, bytes))).toBe("OK");
  }
  slow.stopReading();
  for (let i = 0; i < 16; i++) slow.send("GET", "large");
  await quick.call("PING");
  for (let i = 0; i < 3; i++) slow.send("GET", "middle");
  for (let i = 0; i < 20; i++) {
    await quick.pipeline([
      ["GET", "other"],
      ["GET", "other"],
      ["GET", "other"],
    ]);
  }
  slow.goOnReading();
  for (let i = 0; i < 16; i++) expect((await slow.readPlain()) === value("l", 1 << 20)).toBe(true);
  for (let i = 0; i < 3; i++) expect((await slow.readPlain()) === value("m", 200_000)).toBe(true);
});
