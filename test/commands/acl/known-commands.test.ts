import { expect, test } from "bun:test";
import { KnownCommands } from "../../../src/commands/acl/known-commands.ts";
import { allCommands } from "../../../src/commands/all.ts";
import { categoryNames } from "../../../src/commands/command-details.ts";
import { CommandTable } from "../../../src/commands/table.ts";

const known = new KnownCommands(new CommandTable(allCommands));

test("commands and subcommands are found in any case, and nothing deeper", () => {
  expect(known.find("get")?.name).toBe("GET");
  expect(known.find("Config|Get")?.name).toBe("CONFIG|GET");
  for (const name of ["", "nosuch", "get|", "config|", "config|nosuch", "config|get|x"]) {
    expect(known.find(name)).toBeUndefined();
  }
});

test("every command is in a category, and all categories have some", () => {
  const found = new Set(categoryNames.flatMap((name) => known.inCategory(name)!));
  expect(found.size).toBe(known.all.length);
  for (const name of categoryNames) expect(known.inCategory(name)!.length).toBeGreaterThan(0);
  expect(known.inCategory("STREAM")).toBe(known.inCategory("stream"));
  expect(known.inCategory("all")).toBeUndefined();
});

test("subcommands count, and no number is as large as the size", () => {
  expect(known.all.map(({ name }) => name)).toContain("ACL|SETUSER");
  expect(Math.max(...known.all.map(({ number }) => number))).toBeLessThan(known.size);
});
