/** The answer of a container's HELP, in Redis's form. */
import { type Reply, Status } from "../resp/reply.ts";
import { type Command, type CommandGroup, subcommand } from "./command.ts";

const LAST_LINES = ["HELP", "    Prints this help."];

/** Status lines: a first line that names the command, the given ones, and HELP itself. */
export function helpReply(name: string, lines: readonly string[]): Reply {
  const first = `${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`;
  return [first, ...lines, ...LAST_LINES].map((line) => new Status(line));
}

/** The row of `NAME HELP`. */
export function helpSubcommand(
  group: CommandGroup,
  name: string,
  since: string,
  lines: readonly string[],
): Command {
  const reply = helpReply(name, lines);
  return subcommand(group, {
    name: `${name}|HELP`,
    summary: "Answers what the subcommands do.",
    since,
    flags: ["loading", "stale"],
    args: [],
    run: () => reply,
  });
}
