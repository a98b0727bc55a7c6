import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { allCommands } from "../../src/commands/all.ts";
import { CommandTable } from "../../src/commands/table.ts";
import { Request } from "../../src/resp/request.ts";

const table = new CommandTable(allCommands);

function find(text: string): string | undefined {
  const bytes = fromText(`<${text}>`);
  return table.find(bytes, 1, bytes.length - 1)?.name;
}

test("every command is found by its name, in any case, within a larger buffer", () => {
  for (const { name } of allCommands) {
    expect(find(name)).toBe(name);
    expect(find(name.toLowerCase())).toBe(name);
  }
  expect(table.size).toBe(allCommands.length);
  expect([...table.all()]).toEqual([...allCommands]);
});

test("other names are not found, even near ones", () => {
  for (const name of ["", "GE", "GETX", "G\0T", "GE\xd4", "get ", "ZZZZ"]) {
    expect(find(name)).toBeUndefined();
  }
});

test("subcommands are found by both their names", () => {
  expect(table.byName("config|get")?.name).toBe("CONFIG|GET");
  expect(table.byName("CONFIG")?.name).toBe("CONFIG");
  expect(table.byName("config|nosuch")).toBeUndefined();
  expect(table.byName("nosuch|get")).toBeUndefined();
});

test("a request names a command, or a subcommand where there are some", () => {
  const meant = (...words: string[]) =>
    table.meantBy(Request.of(words.map((word) => fromText(word))))?.name;
  expect(meant("get", "config")).toBe("GET");
  expect(meant("Config", "gEt", "x")).toBe("CONFIG|GET");
  expect(meant("config")).toBe("CONFIG");
  expect(meant("config", "nosuch")).toBeUndefined();
  expect(meant("nosuch", "get")).toBeUndefined();
});

test("a name may stand only once", () => {
  const [first] = allCommands;
  expect(() => new CommandTable([first!, first!])).toThrow("stands twice");
});
