import { expect, test } from "bun:test";
import { toText } from "../../src/bytes/bytes.ts";
import { ProtocolError } from "../../src/resp/protocol-error.ts";
import type { Request } from "../../src/resp/request.ts";
import { defaultRequestLimits } from "../../src/resp/request-limits.ts";
import { RequestParser } from "../../src/resp/request-parser.ts";
import { RequestsAhead } from "../../src/resp/requests-ahead.ts";
import { latin1 } from "./support.ts";

function textOf(request: Request): string {
  return Array.from({ length: request.count }, (_, i) => toText(request.bytes(i))).join(" ");
}

function makeAhead(authenticated = true) {
  const limits = { ...defaultRequestLimits(), authenticated };
  const parser = new RequestParser(limits);
  const foreseen: string[][] = [];
  const ahead = new RequestsAhead(parser, limits, (requests, count) => {
    foreseen.push(requests.slice(0, count).map(textOf));
  });
  const taken: string[] = [];
  const takeAll = (): string[] => {
    for (let request = ahead.next(); request !== null; request = ahead.next()) {
      taken.push(textOf(request));
    }
    return taken;
  };
  return { limits, parser, ahead, foreseen, takeAll };
}

test("requests come in order, and a pipeline is shown before the first of them", () => {
  const { parser, ahead, foreseen, takeAll } = makeAhead();
  parser.push(latin1("get a\r\nget b\r\nget c\r\nget"));
  expect(textOf(ahead.next()!)).toBe("get a");
  expect(foreseen).toEqual([["get a", "get b", "get c"]]);
  expect(takeAll()).toEqual(["get b", "get c"]);
  parser.push(latin1(" d\r\n"));
  expect(takeAll()).toEqual(["get b", "get c", "get d"]);
  expect(foreseen).toHaveLength(1);
});

test("a long pipeline comes in several parts, none lost and none twice", () => {
  const { parser, foreseen, takeAll } = makeAhead();
  const lines = Array.from({ length: 200 }, (_, i) => `get ${i}`);
  parser.push(latin1(`${lines.join("\r\n")}\r\n`));
  expect(takeAll()).toEqual(lines);
  expect(foreseen.flat()).toEqual(lines);
});

test("an error comes behind the requests before it, and nothing behind the error", () => {
  const { parser, ahead, takeAll } = makeAhead();
  parser.push(latin1("get a\r\nget b\r\n*1\r\nx\r\nget c\r\n"));
  expect(takeAll).toThrow(ProtocolError);
  expect(ahead.next()).toBe(null);
  parser.push(latin1("get d\r\n"));
  expect(takeAll()).toEqual(["get a", "get b"]);
});

test("before a password nothing is parsed ahead: it decides what the next request may be", () => {
  const { limits, parser, ahead } = makeAhead(false);
  const words = Array.from({ length: 20 }, () => "$1\r\nx\r\n").join("");
  parser.push(latin1(`auth secret\r\n*20\r\n${words}`));
  expect(textOf(ahead.next()!)).toBe("auth secret");
  limits.authenticated = true;
  expect(ahead.next()!.count).toBe(20);
});

test("taken requests pin no memory once there are no more", () => {
  const { parser, ahead, takeAll } = makeAhead();
  parser.push(latin1("get a\r\nget b\r\n"));
  const first = ahead.next()!;
  takeAll();
  expect(first.count).toBe(0);
  expect(first.buffer.length).toBe(0);
});
