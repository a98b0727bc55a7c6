/** What clients ask about features that are not here: they get Redis's answers for a server that goes without them. */
import type { Bytes } from "../bytes/bytes.ts";
import { CommandError } from "../errors.ts";
import type { Arg, ArgumentDoc } from "./args.ts";
import { type Command, type CommandFlag, command, container, subcommand } from "./command.ts";
import { helpSubcommand } from "./help.ts";
import { rawWords } from "./raw-words.ts";

function refuseCluster(): never {
  throw new CommandError("ERR This instance has cluster support disabled");
}

function clusterCommand(
  name: string,
  flags: readonly CommandFlag[],
  args: readonly Arg<Bytes[]>[] = [],
): Command {
  return command("cluster", {
    name,
    summary: "Refuses: there is no cluster.",
    since: "3.0.0",
    flags,
    args,
    run: refuseCluster,
  });
}

const SUBCOMMAND: readonly ArgumentDoc[] = [
  { name: "subcommand", type: "string" },
  { name: "arg", type: "string", optional: true, multiple: true },
];

const clusterCommands: readonly Command[] = [
  clusterCommand("CLUSTER", ["stale"], [rawWords(1, SUBCOMMAND)]),
  clusterCommand("ASKING", ["fast"]),
  clusterCommand("READONLY", ["loading", "stale", "fast"]),
  clusterCommand("READWRITE", ["loading", "stale", "fast"]),
];

const moduleCommand = container("server", {
  name: "MODULE",
  summary: "Answers that there are no modules.",
  since: "4.0.0",
  subcommands: [
    helpSubcommand("server", "MODULE", "5.0.0", ["LIST", "    Return a list of loaded modules."]),
    subcommand("server", {
      name: "MODULE|LIST",
      summary: "Answers an empty array.",
      since: "4.0.0",
      flags: ["admin", "noscript"],
      args: [],
      run: () => [],
    }),
  ],
});

export const absentFeatureCommands: readonly Command[] = [...clusterCommands, moduleCommand];
