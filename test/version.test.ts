import { expect, test } from "bun:test";
import packageJson from "../package.json" with { type: "json" };
import { version } from "../src/version.ts";

test("the version is the one of package.json", () => {
  expect(version).toBe(packageJson.version);
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
});
