import { expect, test } from "bun:test";
import { renderCommandsPage } from "../../scripts/commands-page.ts";
import { allCommands } from "../../src/commands/all.ts";

const page = renderCommandsPage();
const lines = page.split("\n");

test("every command has one line, containers one for each subcommand", () => {
  for (const { name, subcommands } of allCommands) {
    const names = subcommands.length === 0 ? [name] : subcommands.map((row) => row.name);
    for (const shown of names.map((row) => row.replace("|", " "))) {
      const found = lines.filter(
        (line) => line.startsWith(`| \`${shown}\``) || line.startsWith(`| \`${shown} `),
      );
      expect({ shown, count: found.length }).toMatchObject({ shown });
      expect(found.length).toBeGreaterThanOrEqual(1);
    }
  }
});

test("every row has five cells, with the bars within them escaped", () => {
  const rows = lines.filter((line) => line.startsWith("| `"));
  for (const row of rows) {
    expect({ row, cells: row.replaceAll("\\|", "").split("|").length - 2 }).toEqual({
      row,
      cells: 5,
    });
  }
});

test("commands that only LedisDB has are marked", () => {
  for (const { name, since } of allCommands.filter((row) => row.since === "ledis")) {
    const row = lines.find((line) => line.startsWith(`| \`${name} `));
    expect({ name, since, marked: row?.includes("| *ledis* |") }).toEqual({
      name,
      since,
      marked: true,
    });
  }
});
