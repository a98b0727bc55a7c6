/** SLOWLOG and LATENCY: which commands took long. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { CommandError, wrongSubcommand } from "../../errors.ts";
import { OK, Pairs, type Reply, Verbatim } from "../../resp/reply.ts";
import { any, bytes } from "../args.ts";
import { type Command, type CommandFlag, container, subcommand } from "../command.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";
import { rawWords } from "../raw-words.ts";

/** Entries that SLOWLOG GET answers when it is not told how many. */
const SLOWLOG_COUNT = 10;

const SLOWLOG_HELP = [
  "GET [<count>]",
  "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
  "    Entries are made of:",
  "    id, timestamp, time in microseconds, arguments array, client IP and port,",
  "    client name",
  "LEN",
  "    Return the length of the slowlog.",
  "RESET",
  "    Reset the slowlog.",
];

const LATENCY_HELP = [
  "DOCTOR",
  "    Return a human readable latency analysis report.",
  "GRAPH <event>",
  "    Return an ASCII latency graph for the <event> class.",
  "HISTORY <event>",
  "    Return time-latency samples for the <event> class.",
  "LATEST",
  "    Return the latest latency samples for all events.",
  "RESET [<event> ...]",
  "    Reset latency data of one or more <event> classes.",
  "    (default: reset all data for all event classes)",
  "HISTOGRAM [COMMAND ...]",
  "    Return a cumulative distribution of latencies in the format of a histogram for the specified command names.",
  "    If no commands are specified then all histograms are replied.",
];

const NO_LATENCY_MONITOR =
  "I'm sorry, Dave, I can't do that. ledis keeps no latency samples; SLOWLOG shows the commands that took long.\n";

const SLOWLOG_FLAGS: readonly CommandFlag[] = ["admin", "loading", "stale"];
const LATENCY_FLAGS: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];

function slowLogEntries({ server }: Context, words: readonly Bytes[]): Reply {
  const [word, surplus] = words;
  if (surplus !== undefined) throw new CommandError(wrongSubcommand("SLOWLOG", "GET"));
  const count = word === undefined ? SLOWLOG_COUNT : parseSafeInteger(word);
  if (!(count >= -1)) {
    throw new CommandError("ERR count should be greater than or equal to -1");
  }
  return server.slowLog
    .entries(count)
    .map(({ id, time, durationUs, args, address, clientName }) => [
      id,
      time,
      durationUs,
      args,
      address,
      clientName,
    ]);
}

export const slowLogCommand: Command = container("server", {
  name: "SLOWLOG",
  summary: "Shows the commands that took long.",
  since: "2.2.12",
  subcommands: [
    subcommand("server", {
      name: "SLOWLOG|GET",
      summary: "Answers the newest entries.",
      since: "2.2.12",
      flags: SLOWLOG_FLAGS,
      args: [rawWords(0, [{ name: "count", type: "integer", optional: true }])],
      run: slowLogEntries,
    }),
    helpSubcommand("server", "SLOWLOG", "6.2.0", SLOWLOG_HELP),
    subcommand("server", {
      name: "SLOWLOG|LEN",
      summary: "Answers the number of entries.",
      since: "2.2.12",
      flags: SLOWLOG_FLAGS,
      args: [],
      run: ({ server }) => server.slowLog.length,
    }),
    subcommand("server", {
      name: "SLOWLOG|RESET",
      summary: "Removes all entries.",
      since: "2.2.12",
      flags: SLOWLOG_FLAGS,
      args: [],
      run({ server }) {
        server.slowLog.clear();
        return OK;
      },
    }),
  ],
});

/** Nothing is sampled: monitors that ask get valid, empty answers. */
export const latencyCommand: Command = container("server", {
  name: "LATENCY",
  summary: "Answers that no latency was sampled.",
  since: "2.8.13",
  subcommands: [
    subcommand("server", {
      name: "LATENCY|DOCTOR",
      summary: "Answers where to look instead.",
      since: "2.8.13",
      flags: LATENCY_FLAGS,
      args: [],
      run: () => new Verbatim("txt", NO_LATENCY_MONITOR),
    }),
    subcommand("server", {
      name: "LATENCY|GRAPH",
      summary: "Refuses: nothing was sampled.",
      since: "2.8.13",
      flags: LATENCY_FLAGS,
      args: [bytes("event")],
      run(_, event) {
        throw new CommandError(`ERR No samples available for event '${mapKey(event)}'`);
      },
    }),
    helpSubcommand("server", "LATENCY", "2.8.13", LATENCY_HELP),
    subcommand("server", {
      name: "LATENCY|HISTOGRAM",
      summary: "Answers an empty map.",
      since: "7.0.0",
      flags: LATENCY_FLAGS,
      args: [any(bytes("command"))],
      run: () => new Pairs([]),
    }),
    subcommand("server", {
      name: "LATENCY|HISTORY",
      summary: "Answers an empty array.",
      since: "2.8.13",
      flags: LATENCY_FLAGS,
      args: [bytes("event")],
      run: () => [],
    }),
    subcommand("server", {
      name: "LATENCY|LATEST",
      summary: "Answers an empty array.",
      since: "2.8.13",
      flags: LATENCY_FLAGS,
      args: [],
      run: () => [],
    }),
    subcommand("server", {
      name: "LATENCY|RESET",
      summary: "Answers 0: there is nothing to reset.",
      since: "2.8.13",
      flags: LATENCY_FLAGS,
      args: [any(bytes("event"))],
      run: () => 0,
    }),
  ],
});
