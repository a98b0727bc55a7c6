import { expect, test } from "bun:test";
import { Progress } from "../../src/cli/progress.ts";

function target(isTTY: boolean) {
  const texts: string[] = [];
  return { isTTY, texts, write: (text: string) => texts.push(text) };
}

test("on a terminal the line is shown, seldom, and removed at the end", () => {
  const terminal = target(true);
  const progress = new Progress("dump", terminal);
  progress.bytes(5 << 20, 10 << 20);
  progress.bytes(6 << 20, 10 << 20);
  progress.end();
  expect(terminal.texts).toEqual(["\r\x1b[Kdump: 5.0 MB (50%)", "\r\x1b[K"]);
});

test("elsewhere nothing is", () => {
  const file = target(false);
  const progress = new Progress("dump", file);
  progress.bytes(1);
  progress.end();
  expect(file.texts).toEqual([]);
});
