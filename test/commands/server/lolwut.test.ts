import { expect, test } from "bun:test";
import { lolwut } from "../../../src/commands/server/lolwut.ts";
import { Verbatim } from "../../../src/resp/reply.ts";
import { redisVersion, version } from "../../../src/version.ts";

test("the picture ends with the versions", () => {
  const reply = lolwut() as Verbatim;
  expect(reply).toBeInstanceOf(Verbatim);
  expect(reply.text).toEndWith(`\nledis ver. ${version} (Redis ver. ${redisVersion})\n`);
});
