import { expect, test } from "bun:test";
import { Request } from "../../src/resp/request.ts";
import { latin1, words } from "./support.ts";

const BUFFER = latin1("..GET..key..");

function sample(): Request {
  const request = new Request();
  request.add(0, 3);
  request.add(5, 8);
  request.place(BUFFER, 2);
  return request;
}

test("an argument is a range of the buffer", () => {
  const request = sample();
  expect([request.count, request.start(1), request.end(1), request.length(1)]).toEqual([
    2, 7, 10, 3,
  ]);
  expect(words(request)).toEqual(["GET", "key"]);
});

test("bytes answers a view", () => {
  expect(sample().bytes(0).buffer).toBe(BUFFER.buffer);
});

test("views answers them all without copying", () => {
  const args = sample().views();
  expect(args.map((bytes) => Buffer.from(bytes).toString("latin1"))).toEqual(["GET", "key"]);
  expect(args[1]!.buffer).toBe(BUFFER.buffer);
});

test("own answers copies that pin nothing of the buffer", () => {
  const args = sample().own();
  expect(args.map((bytes) => Buffer.from(bytes).toString("latin1"))).toEqual(["GET", "key"]);
  expect(args[0]!.buffer.byteLength).toBe(6);
});

test("a clone stays when the original is reused", () => {
  const request = sample();
  const clone = request.clone();
  request.clear();
  request.add(0, 1);
  expect(words(clone)).toEqual(["GET", "key"]);
  expect(clone.buffer.length).toBe(6);
});

test("an argument can be had without a view", () => {
  const request = Request.of([latin1("ab"), latin1("cde")]);
  const { buffer, start, end } = request.stretch(1);
  expect([buffer, start, end]).toEqual([request.buffer, 2, 5]);
});

test("of copies its arguments, empty and none included", () => {
  const source = latin1("abc");
  const request = Request.of([source, latin1("")]);
  source[0] = 0;
  expect(words(request)).toEqual(["abc", ""]);
  expect(Request.of([]).count).toBe(0);
});

test("there is room for any number of arguments, before and after a release", () => {
  const request = new Request();
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < 1000; index++) request.add(index, index + 2);
    expect([request.start(999), request.end(999), request.start(0)]).toEqual([999, 1001, 0]);
    request.release();
    expect([request.count, request.buffer.length]).toEqual([0, 0]);
  }
});
