import { expect, test } from "bun:test";
import { LinkError } from "../../src/replication/master-connection.ts";
import { expectOk, LegacyMaster, refusalOf } from "../../src/replication/master-refusal.ts";

test("errors say what the operator has to know", () => {
  for (const [text, what, message] of [
    ["NOAUTH Authentication required.", null, "the master wants a password: set masterauth"],
    ["ERR replication loop: so", null, "replication loop: so"],
    ["WRONGPASS no", "AUTH", "AUTH was refused: WRONGPASS no"],
    ["ERR no", null, "the server there is no ledis master: ERR no"],
  ] as const) {
    const error = refusalOf(text, what);
    expect(error.message).toBe(message);
    expect(error).not.toBeInstanceOf(LegacyMaster);
  }
});

test("LedisDB v0.1 is known by how it refuses", () => {
  expect(refusalOf("ERR command not found")).toBeInstanceOf(LegacyMaster);
  expect(refusalOf("ERR command not found", "AUTH")).toBeInstanceOf(LegacyMaster);
  expect(refusalOf("ERR unknown command 'REPLCONF'")).not.toBeInstanceOf(LegacyMaster);
});

test("only errors are refusals", () => {
  expectOk({ kind: "status", text: "OK" }, "AUTH");
  expect(() => expectOk({ kind: "error", text: "ERR no" }, "AUTH")).toThrow(LinkError);
});
