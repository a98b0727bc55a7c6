import { expect, test } from "bun:test";
import { mapKey } from "../../../src/bytes/bytes.ts";
import { encodeTestRequest, RequestBatch } from "../../../src/cli/benchmark/request-batch.ts";

test("a request is repeated as often as it is pipelined", () => {
  expect(mapKey(encodeTestRequest("PING"))).toBe("PING\r\n");
  const batch = new RequestBatch(encodeTestRequest(["PING"]), 3, null);
  expect(mapKey(batch.bytes)).toBe("*1\r\n$4\r\nPING\r\n".repeat(3));
});

test("random numbers have twelve digits and stay below the limit", () => {
  const request = encodeTestRequest(["SET", "a:__rand_int__:b", "__rand_int__"]);
  const batch = new RequestBatch(request, 2, 50);
  const seen = new Set<number>();
  for (let i = 0; i < 500; i++) {
    batch.randomize();
    const numbers = mapKey(batch.bytes).match(/\d{12}/g) ?? [];
    expect(numbers.length).toBe(4);
    for (const number of numbers) seen.add(Number(number));
  }
  expect(seen.size).toBe(50);
  expect(Math.max(...seen)).toBe(49);
});

test("without a limit the word stays, and with a limit of one all is zero", () => {
  const request = encodeTestRequest(["GET", "__rand_int__"]);
  const plain = new RequestBatch(request, 1, null);
  plain.randomize();
  expect(mapKey(plain.bytes)).toContain("__rand_int__");
  const zero = new RequestBatch(request, 1, 1);
  zero.randomize();
  expect(mapKey(zero.bytes)).toContain("000000000000");
});

test("the greatest limit fits", () => {
  const batch = new RequestBatch(encodeTestRequest(["GET", "__rand_int__"]), 1, 1e12);
  batch.randomize();
  expect(mapKey(batch.bytes)).toMatch(/^\*2\r\n\$3\r\nGET\r\n\$12\r\n\d{12}\r\n$/);
});
