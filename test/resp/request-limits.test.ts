import { expect, test } from "bun:test";
import { defaultRequestLimits } from "../../src/resp/request-limits.ts";

test("every connection has limits of its own", () => {
  const limits = defaultRequestLimits();
  limits.authenticated = false;
  expect(defaultRequestLimits().authenticated).toBe(true);
});

test("the defaults are Redis's", () => {
  expect(defaultRequestLimits()).toEqual({
    bulkBytesMax: 536_870_912,
    argumentsMax: 2_147_483_647,
    inlineBytesMax: 65_536,
    queryBytesMax: 1_073_741_824,
    authenticated: true,
  });
});
