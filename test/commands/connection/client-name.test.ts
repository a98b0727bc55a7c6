import { expect, test } from "bun:test";
import { fromMapKey } from "../../../src/bytes/bytes.ts";
import { clientNameOf, isPlainWord } from "../../../src/commands/connection/client-name.ts";
import { CommandError } from "../../../src/errors.ts";

test("names are printable ASCII without blanks; none is a name as well", () => {
  expect(clientNameOf(fromMapKey("a!~"))).toBe("a!~");
  expect(clientNameOf(fromMapKey(""))).toBe("");
  expect(isPlainWord(fromMapKey("1.2-x"))).toBe(true);
});

test.each(["a b", "a\n", "\x7f", "\xe9"])("%p is no name", (text) => {
  expect(() => clientNameOf(fromMapKey(text))).toThrow(CommandError);
});
