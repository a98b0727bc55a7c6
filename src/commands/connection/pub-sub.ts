/** Publish and subscribe. */
import type { Bytes } from "../../bytes/bytes.ts";
import { CommandError, wrongSubcommand } from "../../errors.ts";
import { Push, Pushes, type Reply } from "../../resp/reply.ts";
import { type ArgumentDoc, any, bytes, pattern, some } from "../args.ts";
import type { ChannelKind, Client } from "../client.ts";
import { type Command, type CommandFlag, command, container, subcommand } from "../command.ts";
import type { Context } from "../context.ts";
import { helpSubcommand } from "../help.ts";
import { rawWords } from "../raw-words.ts";

const SUBSCRIBING: readonly CommandFlag[] = ["pubsub", "noscript", "loading", "stale"];
const PUBLISHING: readonly CommandFlag[] = ["pubsub", "loading", "stale", "fast", "may_replicate"];
const ASKING: readonly CommandFlag[] = ["pubsub", "loading", "stale"];

/** Shard channels stand where keys stand, for the clients of clusters. */
const SHARD_KEYS = { first: 1, last: -1, step: 1 } as const;

const HELP = [
  "CHANNELS [<pattern>]",
  "    Return the currently active channels matching a <pattern> (default: '*').",
  "NUMPAT",
  "    Return number of subscriptions to patterns.",
  "NUMSUB [<channel> ...]",
  "    Return the number of subscribers for the specified channels, excluding",
  "    pattern subscriptions(default: no channels).",
  "SHARDCHANNELS [<pattern>]",
  "    Return the currently active shard level channels matching a <pattern> (default: '*').",
  "SHARDNUMSUB [<shardchannel> ...]",
  "    Return the number of subscribers for the specified shard level channel(s)",
];

const PATTERN: readonly ArgumentDoc[] = [{ name: "pattern", type: "pattern", optional: true }];

/** What a confirmation counts: shard channels are counted apart. */
function countOf({ subscriptions }: Client, kind: ChannelKind): number {
  if (kind === "shard") return subscriptions.count("shard");
  return subscriptions.count("channel") + subscriptions.count("pattern");
}

function subscribe(word: string, kind: ChannelKind, { client }: Context, names: Bytes[]): Reply {
  client.subscriptions.check(names);
  return new Pushes(
    names.map((name) => {
      client.subscriptions.add(kind, name);
      return new Push([word, name, countOf(client, kind)]);
    }),
  );
}

/** Without names: all of the kind; one confirmation at least. */
function unsubscribe(word: string, kind: ChannelKind, { client }: Context, names: Bytes[]): Reply {
  const meant = names.length > 0 ? names : client.subscriptions.names(kind);
  if (meant.length === 0) return new Pushes([new Push([word, null, countOf(client, kind)])]);
  return new Pushes(
    meant.map((name) => {
      client.subscriptions.remove(kind, name);
      return new Push([word, name, countOf(client, kind)]);
    }),
  );
}

function namesOf(kind: ChannelKind, subcommandName: string) {
  return ({ server }: Context, words: readonly Bytes[]): Reply => {
    const [glob, surplus] = words;
    if (surplus !== undefined) throw new CommandError(wrongSubcommand("PUBSUB", subcommandName));
    return server.pubSub.names(kind, glob ?? null);
  };
}

function numbersOf(kind: ChannelKind) {
  return ({ server }: Context, names: readonly Bytes[]): Reply =>
    names.flatMap((name) => [name, server.pubSub.subscribers(kind, name)]);
}

const pubSubCommand = container("pubsub", {
  name: "PUBSUB",
  summary: "Shows who is subscribed to what.",
  since: "2.8.0",
  subcommands: [
    subcommand("pubsub", {
      name: "PUBSUB|CHANNELS",
      summary: "Answers the channels that have subscribers.",
      since: "2.8.0",
      flags: ASKING,
      args: [rawWords(0, PATTERN)],
      run: namesOf("channel", "CHANNELS"),
    }),
    helpSubcommand("pubsub", "PUBSUB", "6.2.0", HELP),
    subcommand("pubsub", {
      name: "PUBSUB|NUMPAT",
      summary: "Answers how many patterns have subscribers.",
      since: "2.8.0",
      flags: ASKING,
      args: [],
      run: ({ server }) => server.pubSub.count("pattern"),
    }),
    subcommand("pubsub", {
      name: "PUBSUB|NUMSUB",
      summary: "Answers how many subscribers channels have.",
      since: "2.8.0",
      flags: ASKING,
      args: [any(bytes("channel"))],
      run: numbersOf("channel"),
    }),
    subcommand("pubsub", {
      name: "PUBSUB|SHARDCHANNELS",
      summary: "Answers the shard channels that have subscribers.",
      since: "7.0.0",
      flags: ASKING,
      args: [rawWords(0, PATTERN)],
      run: namesOf("shard", "SHARDCHANNELS"),
    }),
    subcommand("pubsub", {
      name: "PUBSUB|SHARDNUMSUB",
      summary: "Answers how many subscribers shard channels have.",
      since: "7.0.0",
      flags: ASKING,
      args: [any(bytes("shardchannel"))],
      run: numbersOf("shard"),
    }),
  ],
});

export const pubSubCommands: readonly Command[] = [
  command("pubsub", {
    name: "PSUBSCRIBE",
    summary: "Subscribes to all channels that match patterns.",
    since: "2.0.0",
    flags: SUBSCRIBING,
    args: [some(pattern())],
    run: (context, names) => subscribe("psubscribe", "pattern", context, names),
  }),
  command("pubsub", {
    name: "PUBLISH",
    summary: "Sends a message to all subscribers of a channel.",
    since: "2.0.0",
    flags: PUBLISHING,
    args: [bytes("channel"), bytes("message")],
    run: ({ server }, channel, message) => server.pubSub.publish("channel", channel, message),
  }),
  pubSubCommand,
  command("pubsub", {
    name: "PUNSUBSCRIBE",
    summary: "Ends subscriptions to patterns, all of them if none is named.",
    since: "2.0.0",
    flags: SUBSCRIBING,
    args: [any(pattern())],
    run: (context, names) => unsubscribe("punsubscribe", "pattern", context, names),
  }),
  command("pubsub", {
    name: "SPUBLISH",
    summary: "Sends a message to all subscribers of a shard channel.",
    since: "7.0.0",
    flags: PUBLISHING,
    args: [bytes("shardchannel"), bytes("message")],
    keys: { first: 1, last: 1, step: 1 },
    run: ({ server }, channel, message) => server.pubSub.publish("shard", channel, message),
  }),
  command("pubsub", {
    name: "SSUBSCRIBE",
    summary: "Subscribes to shard channels.",
    since: "7.0.0",
    flags: SUBSCRIBING,
    args: [some(bytes("shardchannel"))],
    keys: SHARD_KEYS,
    run: (context, names) => subscribe("ssubscribe", "shard", context, names),
  }),
  command("pubsub", {
    name: "SUBSCRIBE",
    summary: "Subscribes to channels.",
    since: "2.0.0",
    flags: SUBSCRIBING,
    args: [some(bytes("channel"))],
    run: (context, names) => subscribe("subscribe", "channel", context, names),
  }),
  command("pubsub", {
    name: "SUNSUBSCRIBE",
    summary: "Ends subscriptions to shard channels, all of them if none is named.",
    since: "7.0.0",
    flags: SUBSCRIBING,
    args: [any(bytes("shardchannel"))],
    keys: SHARD_KEYS,
    run: (context, names) => unsubscribe("sunsubscribe", "shard", context, names),
  }),
  command("pubsub", {
    name: "UNSUBSCRIBE",
    summary: "Ends subscriptions to channels, all of them if none is named.",
    since: "2.0.0",
    flags: SUBSCRIBING,
    args: [any(bytes("channel"))],
    run: (context, names) => unsubscribe("unsubscribe", "channel", context, names),
  }),
];
