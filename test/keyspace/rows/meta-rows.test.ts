import { expect, test } from "bun:test";
import {
  homeRowName,
  META_NEXT_ID,
  META_SERVER,
  META_SPACE,
} from "../../../src/keyspace/rows/meta-rows.ts";

test("a home row is named after the collection's id", () => {
  const name = homeRowName(0x010203040506);
  expect(Buffer.from(name).toString("latin1")).toBe("home\x01\x02\x03\x04\x05\x06");
});

test("the names on disk", () => {
  expect(META_SERVER).toBe(2 ** 32 - 1);
  expect(Buffer.from(META_SPACE).toString()).toBe("space");
  expect(Buffer.from(META_NEXT_ID).toString()).toBe("next-id");
});
