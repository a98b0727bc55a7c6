import { expect, test } from "bun:test";
import { ReplySwitch } from "../../src/server/reply-switch.ts";

test("SKIP silences itself and the command behind it", () => {
  const replies = new ReplySwitch();
  expect(replies.takes()).toBe(true);
  replies.set("skip");
  expect([replies.takes(), replies.isSilent, replies.takes(), replies.takes()]).toEqual([
    ...[false, true],
    ...[false, true],
  ]);
});

test("OFF silences everything until ON, whatever SKIP says", () => {
  const replies = new ReplySwitch();
  replies.set("off");
  replies.set("skip");
  expect([replies.takes(), replies.takes(), replies.isSilent]).toEqual([false, false, true]);
  replies.set("on");
  expect([replies.takes(), replies.isSilent]).toEqual([true, false]);
});

test("RESET is answered behind OFF, and skipped as any command behind SKIP", () => {
  const replies = new ReplySwitch();
  replies.set("off");
  replies.set("reset");
  expect(replies.takes()).toBe(true);
  replies.set("skip");
  replies.takes();
  replies.set("reset");
  expect([replies.takes(), replies.takes()]).toEqual([false, true]);
});
