import { expect, test } from "bun:test";
import { logLevelOf } from "../../src/config/log-level.ts";

test("Redis's levels map to ours in order", () => {
  expect((["debug", "verbose", "notice", "warning"] as const).map(logLevelOf)).toEqual([
    "debug",
    "info",
    "info",
    "warn",
  ]);
});
