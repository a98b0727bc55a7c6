import { describe, expect, test } from "bun:test";
import { differencesTo, recordedReplies } from "../../support/recorded-replies.ts";
import { replyError, startServer } from "../../support/start-server.ts";

const recorded = recordedReplies(new URL("redis-streams.jsonl", import.meta.url));

describe("2,600 random commands on streams are answered as by Redis", () => {
  test("from memory", async () => {
    expect(recorded.length).toBe(2600);
    expect(await differencesTo(recorded)).toEqual([]);
  }, 60_000);

  test("from SQLite, now and then", async () => {
    expect(await differencesTo(recorded, ({ app }) => app.ledis.reload())).toEqual([]);
  }, 60_000);
});

test("XADD names an entry by the time, and goes on where the clock went back", async () => {
  await using server = await startServer();
  const client = await server.connect();
  const before = Date.now();
  const id = String(await client.call("XADD", "s", "*", "f", "v"));
  const [ms, seq] = id.split("-").map(Number);
  expect(ms).toBeGreaterThanOrEqual(before);
  expect(ms).toBeLessThanOrEqual(Date.now());
  expect(seq).toBe(0);
  await client.call("XADD", "s", "9999999999999-7", "f", "v");
  expect(await client.call("XADD", "s", "*", "f", "v")).toBe("9999999999999-8");
  await client.call("XADD", "s", "18446744073709551615-18446744073709551615", "f", "v");
  expect(await client.call("XADD", "s", "*", "f", "v")).toEqual(
    replyError("ERR The stream has exhausted the last possible ID, unable to add more items"),
  );
});

test("about so many entries are whole blocks of stream-node-max-entries", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("CONFIG", "SET", "stream-node-max-entries", 10);
  for (let i = 1; i <= 55; i++) await client.call("XADD", "s", i, "f", "v");
  expect(await client.call("XTRIM", "s", "MAXLEN", "~", 48)).toBe(0);
  expect(await client.call("XTRIM", "s", "MAXLEN", "~", 40)).toBe(10);
  expect(await client.call("XTRIM", "s", "MAXLEN", 40)).toBe(5);
  expect(await client.call("XTRIM", "s", "MAXLEN", "~", 20)).toBe(15);
  expect(await client.call("XTRIM", "s", "MAXLEN", "~", 0, "LIMIT", 10)).toBe(10);
  expect(await client.call("XTRIM", "s", "MINID", "~", 56)).toBe(15);
  expect(await client.call("XLEN", "s")).toBe(0);
});

test("a stream without entries is still there, with its last id", async () => {
  await using server = await startServer();
  const client = await server.connect();
  await client.call("XADD", "s", "5-5", "f", "v");
  await client.call("XDEL", "s", "5-5");
  expect(await client.call("TYPE", "s")).toEqual("stream");
  expect(await client.call("XADD", "s", "5-5", "f", "v")).toEqual(
    replyError("ERR The ID specified in XADD is equal or smaller than the target stream top item"),
  );
  expect(await client.call("DEL", "s")).toBe(1);
  expect(await client.call("XADD", "s", "1", "f", "v")).toBe("1-0");
});

test("streams expire, are renamed, copied, moved, dumped and restored", async () => {
  await using server = await startServer();
  const client = await server.connect();
  for (let i = 1; i <= 3; i++) await client.call("XADD", "s", i, "f", `v${i}`);
  await client.call("XGROUP", "CREATE", "s", "g", 0);
  await client.call("XREADGROUP", "GROUP", "g", "c", "COUNT", 2, "STREAMS", "s", ">");
  const full = (key: string) => client.wire("XINFO", "STREAM", key, "FULL");
  const whole = await full("s");
  await client.call("COPY", "s", "copy");
  await client.call("RENAME", "s", "renamed");
  await client.call("PEXPIRE", "renamed", 100_000);
  expect(await full("copy")).toBe(whole);
  expect(await full("renamed")).toBe(whole);
  expect(await client.call("MOVE", "copy", 1)).toBe(1);
  await client.call("SELECT", 1);
  expect(await full("copy")).toBe(whole);
  const dump = Buffer.from((await client.wire("DUMP", "copy")).replace(/^[^\n]*\n/, ""), "latin1");
  const payload = dump.subarray(0, -2);
  expect(await client.call("RESTORE", "restored", 0, payload)).toBe("OK");
  expect(await full("restored")).toBe(whole);
  await client.call("PEXPIRE", "copy", 1);
  await Bun.sleep(5);
  expect(await client.call("XLEN", "copy")).toBe(0);
});
