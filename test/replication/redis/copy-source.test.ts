import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import type { MasterStream } from "../../../src/replication/foreign/master-stream.ts";
import { CopySource } from "../../../src/replication/redis/copy-source.ts";

/** A stream of these pieces. */
function streamOf(...texts: string[]) {
  const pieces = texts.map((text) => fromText(text));
  const stream = {
    next: () => {
      const piece = pieces.shift();
      return piece === undefined ? Promise.reject(new Error("cut")) : Promise.resolve(piece);
    },
    unread: (bytes: Uint8Array) => {
      if (bytes.length > 0) pieces.unshift(bytes);
    },
  } as unknown as MasterStream;
  return { stream, rest: () => pieces.map(mapKey).join("") };
}

async function textOf(source: CopySource): Promise<string> {
  let text = "";
  for await (const piece of source.pieces()) text += mapKey(piece);
  return text;
}

test("as many bytes as were said, and what is behind them stays", async () => {
  const { stream, rest } = streamOf("abc", "de", "fghi");
  const source = new CopySource(stream, "$7");
  expect(source.isWhole).toBe(false);
  expect(await textOf(source)).toBe("abcdefg");
  expect([source.isWhole, rest()]).toEqual([true, "hi"]);
});

test("a copy of nothing, and one that is cut off", async () => {
  expect(await textOf(new CopySource(streamOf("x").stream, "$0"))).toBe("");
  const source = new CopySource(streamOf("ab").stream, "$3");
  expect(await textOf(source).catch(String)).toBe("Error: cut");
  expect(source.isWhole).toBe(false);
});

test("a line that says no length is refused", () => {
  const { stream } = streamOf();
  for (const line of [
    "$EOF:0123456789012345678901234567890123456789",
    "-LOADING so",
    "$-1",
    "$",
    "x",
  ]) {
    expect(() => new CopySource(stream, line)).toThrow("the master sent no copy: ");
  }
});
