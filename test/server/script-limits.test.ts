import { expect, test } from "bun:test";
import { Config } from "../../src/config/config.ts";
import { scriptLimits } from "../../src/server/script-limits.ts";

test("the limits are the configured ones", () => {
  const overrides = { "script-memory-limit": "64mb", "busy-reply-threshold": "50" };
  expect(scriptLimits(Config.load({ overrides }))).toEqual({
    memoryBytesMax: 64 << 20,
    timeMsMax: 50,
  });
});
