import { expect, test } from "bun:test";
import { messageOf, StorageError, wrongArity } from "../src/errors.ts";

test("whatever was thrown has a text", () => {
  expect(messageOf(new StorageError("disk full"))).toBe("disk full");
  expect(messageOf("a text")).toBe("a text");
  expect(messageOf(undefined)).toBe("undefined");
});

test("a wrong number of arguments is told with the command's name", () => {
  expect(wrongArity("get")).toBe("ERR wrong number of arguments for 'get' command");
});
