import { expect, test } from "bun:test";
import { ReplyCounter } from "../../../src/cli/benchmark/reply-counter.ts";

const REPLIES = [
  "+OK\r\n",
  ":-12\r\n",
  "$3\r\na\n\r\r\n",
  "$0\r\n\r\n",
  "$-1\r\n",
  "*-1\r\n",
  "*0\r\n",
  "*2\r\n*2\r\n:1\r\n$1\r\n*\r\n+x\r\n",
  "~1\r\n#t\r\n",
  "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n_\r\n",
  "|1\r\n+ttl\r\n:9\r\n,1.5\r\n",
  "=5\r\ntxt:a\r\n",
  "%0\r\n",
];

test("every kind of reply is one, however the stream is cut", () => {
  for (const reply of REPLIES) {
    expect([reply, new ReplyCounter().take(Buffer.from(reply))]).toEqual([reply, 1]);
  }
  const wire = Buffer.from(REPLIES.join("").repeat(3));
  for (const size of [1, 2, 3, 7, 1000]) {
    const counter = new ReplyCounter();
    let count = 0;
    for (let at = 0; at < wire.length; at += size)
      count += counter.take(wire.subarray(at, at + size));
    expect([size, count]).toEqual([size, 3 * REPLIES.length]);
    expect(counter.error).toBeNull();
  }
});

test("the first error is kept, nested ones and those in two chunks too", () => {
  const counter = new ReplyCounter();
  expect(counter.take(Buffer.from("+OK\r\n*2\r\n:1\r\n-ERR fi"))).toBe(1);
  expect(counter.error).toBeNull();
  expect(counter.take(Buffer.from("rst\r\n-ERR second\r\n"))).toBe(2);
  expect(counter.error).toBe("ERR first");
});
