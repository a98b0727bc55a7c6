import { expect, test } from "bun:test";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import { latin1 } from "./support.ts";

test("a request is an array of bulk strings", () => {
  expect(encodeRequest(["SET", latin1("k\0"), 12, -1.5, "é", ""]).toString("latin1")).toBe(
    "*6\r\n$3\r\nSET\r\n$2\r\nk\0\r\n$2\r\n12\r\n$4\r\n-1.5\r\n$2\r\n\xc3\xa9\r\n$0\r\n\r\n",
  );
});

test("lengths of several digits are written whole", () => {
  const value = "x".repeat(12_345);
  expect(encodeRequest([value]).toString()).toBe(`*1\r\n$12345\r\n${value}\r\n`);
});
