import { expect, test } from "bun:test";
import { mapKey } from "../../../src/bytes/bytes.ts";
import { ReplyWriter } from "../../../src/resp/reply-writer.ts";
import { brokenRedirect, invalidation } from "../../../src/server/tracking/invalidation.ts";

function wire(names: readonly string[] | null, protocol: 2 | 3): string {
  const writer = new ReplyWriter();
  writer.write(invalidation(names, protocol), protocol);
  return writer.slices(0, writer.length).map(mapKey).join("");
}

test("in RESP3 it is a push, in RESP2 a message of a channel", () => {
  expect(wire(["a", "\xff"], 3)).toBe(">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$1\r\n\xff\r\n");
  expect(wire(["a"], 2)).toBe(
    "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*1\r\n$1\r\na\r\n",
  );
});

test("all keys are null, in the protocol of who is told", () => {
  expect(wire(null, 3)).toBe(">2\r\n$10\r\ninvalidate\r\n_\r\n");
  expect(wire(null, 2)).toBe("*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n$-1\r\n");
});

test("who is gone is named by its number", () => {
  expect(brokenRedirect(7).items).toEqual(["tracking-redir-broken", 7]);
});
