/** What clients ask about features that are not here: they get Redis's answers for a server that goes without them. */
import { CommandError } from "../errors.ts";
import { type Command, type CommandFlag, command, container, subcommand } from "./command.ts";
import { helpSubcommand } from "./help.ts";
import { rawWords } from "./raw-words.ts";

/** The one user there is; AUTH takes the same name. */
const USER = "default";
const USER_FLAGS: readonly CommandFlag[] = ["noscript", "loading", "stale"];

function refuseCluster(): never {
  throw new CommandError("ERR This instance has cluster support disabled");
}

const clusterCommands: readonly Command[] = [
  command("cluster", {
    name: "CLUSTER",
    summary: "Refuses: there is no cluster.",
    since: "3.0.0",
    flags: ["stale"],
    args: [
      rawWords(1, [
        { name: "subcommand", type: "string" },
        { name: "arg", type: "string", optional: true, multiple: true },
      ]),
    ],
    run: refuseCluster,
  }),
  command("cluster", {
    name: "ASKING",
    summary: "Refuses: there is no cluster.",
    since: "3.0.0",
    flags: ["fast"],
    args: [],
    run: refuseCluster,
  }),
  command("cluster", {
    name: "READONLY",
    summary: "Refuses: there is no cluster.",
    since: "3.0.0",
    flags: ["loading", "stale", "fast"],
    args: [],
    run: refuseCluster,
  }),
  command("cluster", {
    name: "READWRITE",
    summary: "Refuses: there is no cluster.",
    since: "3.0.0",
    flags: ["loading", "stale", "fast"],
    args: [],
    run: refuseCluster,
  }),
];

const aclCommand = container("server", {
  name: "ACL",
  summary: "Answers who the client is.",
  since: "6.0.0",
  subcommands: [
    helpSubcommand("server", "ACL", "6.0.0", [
      "USERS",
      "    List all the registered usernames.",
      "WHOAMI",
      "    Return the current connection username.",
    ]),
    subcommand("server", {
      name: "ACL|USERS",
      summary: "Answers the one user there is.",
      since: "6.0.0",
      flags: ["admin", ...USER_FLAGS],
      args: [],
      run: () => [USER],
    }),
    subcommand("server", {
      name: "ACL|WHOAMI",
      summary: "Answers the one user there is.",
      since: "6.0.0",
      flags: USER_FLAGS,
      args: [],
      run: () => USER,
    }),
  ],
});

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

export const absentFeatureCommands: readonly Command[] = [
  aclCommand,
  ...clusterCommands,
  moduleCommand,
];
