import { describe, expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { parseTimeout } from "../../src/commands/blocking.ts";
import { replyError, startServer } from "../support/start-server.ts";

describe("a timeout", () => {
  const parse = (text: string): number => parseTimeout(fromText(text));

  test("is seconds, rounded up to milliseconds as Redis's long double rounds", () => {
    expect(parse("0")).toBe(0);
    expect(parse("5")).toBe(5000);
    expect(parse("0.0001")).toBe(1);
    expect(parse("0.001")).toBe(1);
    expect(parse("1e-400")).toBe(1);
    expect(parse("0x10p-4")).toBe(1000);
    expect(parse("9223372036854775")).toBe(9223372036854775000);
  });

  test("that rounds up to 0 is none at all, although it is negative", () => {
    expect(parse("-0.0001")).toBe(0);
    expect(parse("-0.001")).toBe(0);
  });

  test("is refused when it is no number, negative, or too large", () => {
    for (const text of ["x", "", " 1", "nan"]) {
      expect(() => parse(text)).toThrow("ERR timeout is not a float or out of range");
    }
    for (const text of ["-1", "-0.01", "inf", "-inf", "1e30", "9223372036854775.808"]) {
      expect(() => parse(text)).toThrow("ERR timeout is negative");
    }
  });
});

describe("a client that waits", () => {
  test("gets a null array when its time is up", async () => {
    await using server = await startServer();
    const client = await server.connect();
    for (const line of [
      "BLPOP k 0.01",
      "BRPOP k 0.01",
      "BLMOVE k m LEFT LEFT 0.01",
      "BRPOPLPUSH k m 0.01",
      "BLMPOP 0.01 1 k LEFT",
    ]) {
      expect(await client.wire(...line.split(" "))).toBe("*-1\r\n");
    }
    expect(server.app.ledis.waiters.count).toBe(0);
  });

  test("is unblocked as by a time-out, or with an error", async () => {
    await using server = await startServer();
    const [waiting, other] = [await server.connect(), await server.connect()];
    const id = (await waiting.call("CLIENT", "ID")) as number;
    for (const [how, reply] of [
      [[], null],
      [["TIMEOUT"], null],
      [["ERROR"], replyError("UNBLOCKED client unblocked via CLIENT UNBLOCK")],
    ] as const) {
      waiting.send("BLPOP", "k", 0);
      while (server.app.ledis.waiters.count === 0) await other.call("PING");
      expect(String(await other.call("INFO", "clients"))).toContain("blocked_clients:1\r\n");
      expect(await other.call("CLIENT", "UNBLOCK", id, ...how)).toBe(1);
      expect(await waiting.readPlain()).toEqual(reply);
      expect(await other.call("CLIENT", "UNBLOCK", id)).toBe(0);
    }
  });

  test("and was served already cannot be unblocked any more", async () => {
    await using server = await startServer();
    const [waiting, other] = [await server.connect(), await server.connect()];
    const id = (await waiting.call("CLIENT", "ID")) as number;
    waiting.send("BLPOP", "k", 0);
    while (server.app.ledis.waiters.count === 0) await other.call("PING");
    const replies = await other.pipeline([
      ["RPUSH", "k", "a"],
      ["CLIENT", "UNBLOCK", id],
    ]);
    expect(replies).toEqual([1, 0]);
    expect(await waiting.readPlain()).toEqual(["k", "a"]);
  });

  test("and goes away takes nothing", async () => {
    await using server = await startServer();
    const [waiting, other] = [await server.connect(), await server.connect()];
    waiting.send("BLPOP", "k", 0);
    while (server.app.ledis.waiters.count === 0) await other.call("PING");
    waiting.close();
    while (server.app.ledis.waiters.count > 0) await other.call("PING");
    await other.call("RPUSH", "k", "a");
    expect(await other.call("LRANGE", "k", 0, -1)).toEqual(["a"]);
  });

  test("has its later requests run when it was served", async () => {
    await using server = await startServer();
    const [waiting, other] = [await server.connect(), await server.connect()];
    waiting.sendBytes("BLPOP k 0\r\nPING\r\n");
    while (server.app.ledis.waiters.count === 0) await other.call("PING");
    expect(waiting.unread).toBe(0);
    await other.call("RPUSH", "k", "a");
    expect(await waiting.readPlain()).toEqual(["k", "a"]);
    expect(await waiting.readPlain()).toBe("PONG");
  });

  test("does not keep the server from stopping", async () => {
    const server = await startServer();
    const waiting = await server.connect();
    waiting.send("BLPOP", "k", 1000);
    const other = await server.connect();
    while (server.app.ledis.waiters.count === 0) await other.call("PING");
    await server[Symbol.asyncDispose]();
    await waiting.closed;
    expect(waiting.unread).toBe(0);
  });
});
