/** What `help` says in the shell. */
import { argumentSyntax } from "../../commands/command-docs.ts";
import type { CommandCatalog, CommandDoc } from "./command-catalog.ts";

const GENERAL = `To get help about commands of the server:
  help @GROUP    the commands of a group, such as @string, @hash, @ledis
  help COMMAND   one command, such as set, or config get
  help TAB       a list of commands to choose from

The shell's own:
  connect HOST PORT   talk to another server
  COUNT COMMAND ...   run a command several times
  clear               empty the screen
  quit                end, as do exit and Ctrl-D

Words are split at blanks. "..." understands \\n \\r \\t \\a \\b \\xHH \\" \\\\, '...' understands \\'.
Ctrl-C gives up a command that waits, and SUBSCRIBE and MONITOR.
`;

/** Help on a command or `@group`; without words, on the shell. */
export function helpText(catalog: CommandCatalog, words: readonly string[]): string {
  const [first] = words;
  if (first === undefined) return GENERAL;
  if (first.startsWith("@")) {
    const group = first.slice(1).toLowerCase();
    const found = catalog.all().filter((command) => command.group === group);
    return found.length === 0 ? `No group ${first}.\n` : found.map(entryOf).join("\n");
  }
  const command = catalog.find(words);
  if (command === undefined) return `No command ${words.join(" ")}.\n`;
  return [command, ...command.subcommands].map(entryOf).join("\n");
}

function entryOf(command: CommandDoc): string {
  const lines = [
    [command.name.replace("|", " "), ...command.args.map(argumentSyntax)].join(" "),
    `summary: ${command.summary}`,
    `since: ${command.since}`,
    `group: ${command.group}`,
  ];
  return lines.map((line) => `  ${line}\n`).join("");
}
