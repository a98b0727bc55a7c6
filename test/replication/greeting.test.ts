import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import {
  decodeGreeting,
  encodeGreeting,
  type MasterGreeting,
} from "../../src/replication/greeting.ts";
import type { ParsedReply } from "../../src/resp/parsed-reply.ts";

const array = (texts: readonly string[]): ParsedReply => ({
  kind: "array",
  items: texts.map((text) => ({ kind: "bulk", bytes: fromText(text) })),
});

test("a greeting is read as it was written", () => {
  const greetings: MasterGreeting[] = [
    { protocol: 1, runId: "a1", role: "master", chain: [], offset: 0 },
    { protocol: 1, runId: "a1", role: "slave", chain: ["b2", "c3"], offset: 2 ** 50 },
  ];
  for (const greeting of greetings) {
    expect(decodeGreeting(array(encodeGreeting(greeting)))).toEqual(greeting);
  }
});

test("names that are not known are left alone, and what is missing is none", () => {
  const reply = array(["ledis", "2", "future", "x", "run-id", "a1", "odd"]);
  expect(decodeGreeting(reply)).toEqual({
    ...{ protocol: 2, runId: "a1", role: "master", chain: [], offset: 0 },
  });
});

test("what no ledis has answered is no greeting", () => {
  for (const reply of [
    array([]),
    array(["redis", "7"]),
    array(["ledis", "x", "run-id", "a1"]),
    array(["ledis", "1"]),
    { kind: "status", text: "OK" } as const,
    { kind: "array", items: [{ kind: "integer", value: 1 }] } as const,
  ]) {
    expect(decodeGreeting(reply)).toBeNull();
  }
});
