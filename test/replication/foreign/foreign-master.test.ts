import { expect, test } from "bun:test";
import { ForeignMaster, foreignKindOf } from "../../../src/replication/foreign/foreign-master.ts";
import { LinkError } from "../../../src/replication/link-error.ts";

test("a master of another kind is known by how it answers a greeting", () => {
  expect(foreignKindOf("ERR command not found")).toBe("LedisDB v0.1");
  expect(foreignKindOf("ERR Unrecognized REPLCONF option: HELLO")).toBe("Redis");
  for (const text of ["ERR unknown command 'REPLCONF'", "NOAUTH Authentication required.", ""]) {
    expect(foreignKindOf(text)).toBeNull();
  }
});

test("who does not know what to do with it sees an error of the link", () => {
  const error = new ForeignMaster("Redis");
  expect(error).toBeInstanceOf(LinkError);
  expect([error.foreignKind, error.message]).toEqual(["Redis", "the master is a Redis"]);
});
