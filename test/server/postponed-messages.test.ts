import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { StorageError } from "../../src/errors.ts";
import { PostponedMessages } from "../../src/server/postponed-messages.ts";
import { TextSink, turnOutput } from "../support/text-sink.ts";

test("messages are sent together, in order and once, even if the turn fails", () => {
  const output = turnOutput();
  const sink = new TextSink();
  const postponed = new PostponedMessages();
  expect(postponed.release(output, sink)).toBe(false);
  postponed.add(fromText("one"));
  postponed.add(fromText("two"));
  expect(postponed.bytes).toBe(6);
  expect(postponed.release(output, sink)).toBe(true);
  expect(postponed.bytes).toBe(0);
  output.failed(new StorageError("disk full"));
  expect(sink.got).toBe("onetwo");
  expect(postponed.release(output, sink)).toBe(false);
});

test("what is cleared is not sent", () => {
  const postponed = new PostponedMessages();
  postponed.add(fromText("one"));
  postponed.clear();
  expect(postponed.bytes).toBe(0);
  expect(postponed.release(turnOutput(), new TextSink())).toBe(false);
});
