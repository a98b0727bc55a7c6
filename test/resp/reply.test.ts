import { expect, test } from "bun:test";
import { OK, PONG, QUEUED, Status } from "../../src/resp/reply.ts";

test("a status is encoded once", () => {
  const encoded = [OK, PONG, QUEUED].map((status) => Buffer.from(status.encoded).toString());
  expect(encoded).toEqual(["+OK\r\n", "+PONG\r\n", "+QUEUED\r\n"]);
});

test("no line end gets into a status", () => {
  expect(Buffer.from(new Status("a\r\nb").encoded).toString()).toBe("+a  b\r\n");
});
