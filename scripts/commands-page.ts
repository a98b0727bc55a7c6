/** docs/commands.md, from the command table. */

import { allCommands } from "../src/commands/all.ts";
import type { Command, CommandGroup } from "../src/commands/command.ts";
import { shownFlags } from "../src/commands/command-details.ts";
import { syntaxOf } from "../src/commands/command-docs.ts";

const intro = `<!-- Generated from the command table by "npm run docs". Do not edit. -->

# Commands

A command that Redis 7 has behaves as there, error texts included; [differences.md](differences.md)
lists the exceptions. Those marked *ledis* come from LedisDB and exist only here. *Since* is the
version of Redis that brought the command. *Arity* counts the words with the name; negative means
at least so many. *Flags* are those of \`COMMAND INFO\`.
`;

/** In the order of the page. */
const titles: Readonly<Partial<Record<CommandGroup, string>>> = {
  generic: "Keys",
  string: "Strings",
  hash: "Hashes",
  list: "Lists",
  set: "Sets",
  "sorted-set": "Sorted sets",
  geo: "Geo",
  bitmap: "Bits",
  hyperloglog: "HyperLogLogs",
  ledis: "LedisDB's own",
  connection: "Connection",
  server: "Server",
};

const head = `| command | arity | flags | since | |
| --- | --- | --- | --- | --- |
`;

/** Text in a cell of a table, as code. */
function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

function formatCommand(command: Command): string {
  const flags = shownFlags(command).join(" ");
  const since = command.since === "ledis" ? "*ledis*" : command.since;
  const { arity, summary } = command;
  return `| ${code(syntaxOf(command))} | ${arity} | ${flags} | ${since} | ${summary} |\n`;
}

/** A command, or what it leads to. */
function rowsOf(command: Command): readonly Command[] {
  const alone = command.subcommands.length === 0 || command.arity === -1;
  return alone ? [command, ...command.subcommands] : command.subcommands;
}

function formatGroup(title: string, commands: readonly Command[]): string {
  const sorted = [...commands].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `\n## ${title}\n\n${head}${sorted.flatMap(rowsOf).map(formatCommand).join("")}`;
}

export function renderCommandsPage(): string {
  const groups = new Set<CommandGroup>([
    ...(Object.keys(titles) as CommandGroup[]),
    ...allCommands.map(({ group }) => group),
  ]);
  const sections = [...groups].map((group) => {
    const commands = allCommands.filter((command) => command.group === group);
    return commands.length === 0 ? "" : formatGroup(titles[group] ?? group, commands);
  });
  return `${intro}${sections.join("")}`;
}
