import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { withoutTrimLimit } from "../../../src/replication/redis/trim-limit.ts";
import { Request } from "../../../src/resp/request.ts";

const plain = (text: string): string =>
  withoutTrimLimit(Request.of(text.split(" ").map((word) => fromText(word))))
    .own()
    .map(mapKey)
    .join(" ");

test("a limit behind an exact bound is left out", () => {
  expect(plain("XADD k MAXLEN = 5 LIMIT 100 1-1 a b")).toBe("XADD k MAXLEN = 5 1-1 a b");
  expect(plain("XADD k NOMKSTREAM minid = 5-0 limit 0 1-1 a b")).toBe(
    "XADD k NOMKSTREAM minid = 5-0 1-1 a b",
  );
  expect(plain("XTRIM k MAXLEN = 5 LIMIT 3")).toBe("XTRIM k MAXLEN = 5");
});

test("everything else stays as it is", () => {
  for (const text of [
    "XADD k MAXLEN ~ 5 LIMIT 100 1-1 a b",
    "XADD k MAXLEN = 5 1-1 LIMIT 100",
    "XADD k MAXLEN 5 1-1 = 5 LIMIT 100",
    "XADD k 1-1 MAXLEN = 5 LIMIT 1",
    "XADD k 1-1 a MAXLEN = 5 LIMIT",
    "XTRIM k MINID 5",
    "XADD k",
  ]) {
    expect(plain(text)).toBe(text);
  }
});
