import { expect, test } from "bun:test";
import { Config } from "../../src/config/config.ts";
import { clientLimits, sizeLimits } from "../../src/server/client-limits.ts";

test("a client's limits follow the configuration", () => {
  const config = Config.load({
    overrides: { "proto-max-bulk-len": "2mb", "client-query-buffer-limit": "5gb" },
  });
  expect(sizeLimits(config)).toEqual({ bulkBytesMax: 2 << 20, queryBytesMax: 2 ** 31 - 1 });
  expect(clientLimits(config, true)).toMatchObject({ ...sizeLimits(config), authenticated: true });
});

test("with a password nobody is let in at first", () => {
  expect(clientLimits(Config.load(), false).authenticated).toBe(false);
});
