import { expect, test } from "bun:test";
import { Config } from "../../src/config/config.ts";
import { logOptions } from "../../src/config/log-options.ts";

test("all of them change at once, that with a path only for whom the operator lets", () => {
  expect(logOptions.filter(({ runtime }) => !runtime)).toEqual([]);
  const config = Config.load();
  expect(() => config.set([["access_log", "a"]], false)).toThrow("can't set protected config");
  config.set([["access_log", "a"]]);
  config.set([["loglevel", "warning"]], false);
  expect([config.get("access_log"), config.get("loglevel")]).toEqual(["a", "warning"]);
});
