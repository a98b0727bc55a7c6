import { expect, test } from "bun:test";
import { CommandCatalog } from "../../../src/cli/shell/command-catalog.ts";
import { helpText } from "../../../src/cli/shell/shell-help.ts";

const catalog = new CommandCatalog();

test("help tells of the shell, of a command, of a subcommand and of a group", () => {
  expect(helpText(catalog, [])).toContain("connect HOST PORT");
  expect(helpText(catalog, ["get"])).toMatch(/^ {2}GET key\n {2}summary: .+\n {2}since: 1.0.0\n/);
  expect(helpText(catalog, ["config", "get"])).toStartWith("  CONFIG GET parameter");
  expect(helpText(catalog, ["config"])).toContain("  CONFIG SET ");
  const hashes = helpText(catalog, ["@hash"]);
  expect(hashes).toContain("  HGET key field\n");
  expect(hashes).not.toContain("  LPUSH");
  expect(helpText(catalog, ["@nosuch"])).toBe("No group @nosuch.\n");
  expect(helpText(catalog, ["nosuch"])).toBe("No command nosuch.\n");
});
