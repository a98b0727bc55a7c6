import { expect, test } from "bun:test";
import { serverHelp } from "../../src/config/help.ts";
import { options } from "../../src/config/options.ts";

test("the help names every option", () => {
  const help = serverHelp();
  for (const { name } of options) expect(help).toContain(`  --${name} <`);
});

test("lines fit a terminal of 80 columns", () => {
  expect(
    serverHelp()
      .split("\n")
      .filter((line) => line.length > 80),
  ).toEqual([]);
});

test("an option shows what it takes and its default", () => {
  expect(serverHelp()).toContain("  --sync <everysec|always|no> (default everysec)\n");
  expect(serverHelp()).toContain("  --timeout <seconds> (default 0)\n");
});
