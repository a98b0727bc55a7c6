import { expect, test } from "bun:test";
import { ForeignMaster } from "../../src/replication/foreign/foreign-master.ts";
import { LinkError } from "../../src/replication/link-error.ts";
import { expectOk, refusalOf } from "../../src/replication/master-refusal.ts";

test("errors say what the operator has to know", () => {
  for (const [text, what, message] of [
    ["NOAUTH Authentication required.", null, "the master wants a password: set masterauth"],
    ["NOPERM no sync", null, "masteruser may not replicate there: no sync"],
    ["ERR replication loop: so", null, "replication loop: so"],
    ["WRONGPASS no", "AUTH", "AUTH was refused: WRONGPASS no"],
    ["ERR no", null, "the server there is no ledis master: ERR no"],
  ] as const) {
    const error = refusalOf(text, what);
    expect(error.message).toBe(message);
    expect(error).not.toBeInstanceOf(ForeignMaster);
  }
});

test("masters of another kind are known by how they refuse", () => {
  expect(refusalOf("ERR command not found")).toBeInstanceOf(ForeignMaster);
  expect(refusalOf("ERR command not found", "AUTH")).toBeInstanceOf(ForeignMaster);
  expect(refusalOf("ERR Unrecognized REPLCONF option: HELLO")).toBeInstanceOf(ForeignMaster);
  expect(refusalOf("ERR unknown command 'REPLCONF'")).not.toBeInstanceOf(ForeignMaster);
});

test("only errors are refusals", () => {
  expectOk({ kind: "status", text: "OK" }, "AUTH");
  expect(() => expectOk({ kind: "error", text: "ERR no" }, "AUTH")).toThrow(LinkError);
});
