import { expect, test } from "bun:test";
import { LineOutput, OutputClosed } from "../../src/cli/line-output.ts";

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test("everything is written, in order, however little is taken at once and however often it waits", () => {
  const written: Uint8Array[] = [];
  let calls = 0;
  const output = new LineOutput((bytes) => {
    if (++calls % 3 === 0) throw failure("EAGAIN");
    const taken = Math.min(bytes.length, 10_000);
    written.push(bytes.slice(0, taken));
    return taken;
  });
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} é`);
  for (const line of lines) output.line(line);
  output.flush();
  expect(Buffer.concat(written).toString()).toBe(`${lines.join("\n")}\n`);
});

test("a reader that has gone is told, other failures are thrown", () => {
  for (const [code, expected] of [
    ["EPIPE", OutputClosed],
    ["ENOSPC", /ENOSPC/],
  ] as const) {
    const output = new LineOutput(() => {
      throw failure(code);
    });
    output.line("x");
    expect(() => output.flush()).toThrow(expected as RegExp);
  }
});
