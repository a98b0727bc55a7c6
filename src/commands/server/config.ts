/** CONFIG: what the options are and become. The work is done in config/. */
import { fromText, toText } from "../../bytes/bytes.ts";
import { matchesGlob } from "../../bytes/glob.ts";
import { CommandError, errors } from "../../errors.ts";
import { OK, Pairs } from "../../resp/reply.ts";
import { type ArgumentDoc, pattern, some } from "../args.ts";
import { type Command, container, subcommand } from "../command.ts";
import { helpSubcommand } from "../help.ts";
import { rawWords } from "../raw-words.ts";
import { isOpenTo } from "./guarded.ts";

const HELP = [
  "GET <pattern>",
  "    Return parameters matching the glob-like <pattern> and their values.",
  "SET <directive> <value>",
  "    Set the configuration <directive> to <value>.",
  "RESETSTAT",
  "    Reset statistics reported by the INFO command.",
  "REWRITE",
  "    Rewrite the configuration file.",
];

const PAIRS: readonly ArgumentDoc[] = [
  {
    name: "data",
    type: "block",
    multiple: true,
    arguments: [
      { name: "parameter", type: "string" },
      { name: "value", type: "string" },
    ],
  },
];

function matches(pattern: string, name: string): boolean {
  return matchesGlob(fromText(pattern), fromText(name), true);
}

export const configCommand: Command = container("server", {
  name: "CONFIG",
  summary: "Reads and changes the configuration.",
  since: "2.0.0",
  subcommands: [
    subcommand("server", {
      name: "CONFIG|GET",
      summary: "Answers the options whose names match.",
      since: "2.0.0",
      flags: ["admin", "noscript", "loading", "stale"],
      args: [some(pattern("parameter"))],
      run: ({ server }, patterns) =>
        new Pairs(server.config.getMatching(patterns.map(toText), matches).flat()),
    }),
    helpSubcommand("server", "CONFIG", "5.0.0", HELP),
    subcommand("server", {
      name: "CONFIG|RESETSTAT",
      summary: "Sets the counters of INFO back.",
      since: "2.0.0",
      flags: ["admin", "noscript", "loading", "stale"],
      args: [],
      run({ server }) {
        server.resetStats();
        return OK;
      },
    }),
    subcommand("server", {
      name: "CONFIG|REWRITE",
      summary: "Writes the present values into the configuration file.",
      since: "2.8.0",
      flags: ["admin", "noscript", "loading", "stale"],
      args: [],
      async run({ server }) {
        await server.config.rewrite();
        return OK;
      },
    }),
    subcommand("server", {
      name: "CONFIG|SET",
      summary: "Changes options, all of them or none.",
      since: "2.0.0",
      flags: ["admin", "noscript", "loading", "stale"],
      args: [rawWords(2, PAIRS)],
      run({ server, client }, words) {
        if (words.length % 2 === 1) throw new CommandError(errors.syntax);
        const texts = words.map(toText);
        const names = texts.filter((_, index) => index % 2 === 0);
        const pairs = names.map((name, index) => [name, texts[2 * index + 1]!] as const);
        server.config.set(pairs, isOpenTo(client, server.config.get("enable-protected-configs")));
        return OK;
      },
    }),
  ],
});
