import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { rawWords } from "../../src/commands/raw-words.ts";
import { Words } from "../../src/commands/words.ts";
import { Request } from "../../src/resp/request.ts";

test("all words that are left are taken", () => {
  const arg = rawWords(1, [{ name: "x", type: "string" }]);
  const words = new Words().of(Request.of(["X", "a", "b"].map(fromText)), 1);
  expect(arg.read(words).map(mapKey)).toEqual(["a", "b"]);
  expect(words.left).toBe(0);
  expect(arg).toMatchObject({ min: 1, max: Number.POSITIVE_INFINITY });
});
