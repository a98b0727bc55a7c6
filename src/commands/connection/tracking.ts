/** The subcommands of CLIENT about keys that a client has in a cache of its own. */
import { type Bytes, equalsIgnoreCase } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import { OK, Pairs, type Reply, SetReply } from "../../resp/reply.ts";
import type { ArgumentDoc } from "../args.ts";
import type { Client } from "../client.ts";
import { type Command, type CommandFlag, subcommand } from "../command.ts";
import type { Context } from "../context.ts";
import { rawWords } from "../raw-words.ts";
import {
  type ClientTracking,
  checkTrackingOptions,
  parseTrackingOptions,
} from "./tracking-options.ts";

const FLAGS: readonly CommandFlag[] = ["noscript", "loading", "stale"];

const token = (name: string): ArgumentDoc => ({
  name,
  type: "pure-token",
  token: name.toUpperCase(),
});

const TRACKING_DOCS: readonly ArgumentDoc[] = [
  { name: "status", type: "oneof", arguments: [token("on"), token("off")] },
  { name: "client-id", type: "integer", token: "REDIRECT", optional: true },
  {
    name: "prefix",
    type: "string",
    token: "PREFIX",
    optional: true,
    multiple: true,
    repeatsToken: true,
  },
  ...["bcast", "optin", "optout", "noloop"].map((name) => ({ ...token(name), optional: true })),
];

/** Number of the client that is told in this one's place; 0: none, -1: nothing is tracked. */
export function redirectOf({ tracking }: Client): number {
  return tracking.mode?.redirect ?? -1;
}

function track({ client, server }: Context, words: readonly Bytes[]): Reply {
  const [status, ...rest] = words as [Bytes, ...Bytes[]];
  const isClient = (id: number) => [...server.clients()].some((other) => other.id === id);
  const options = parseTrackingOptions(rest, isClient);
  if (equalsIgnoreCase(status, "ON")) {
    checkTrackingOptions(options, client.tracking);
    client.tracking.enable(options);
  } else if (equalsIgnoreCase(status, "OFF")) {
    client.tracking.disable();
  } else {
    throw new CommandError(errors.syntax);
  }
  return OK;
}

function sayCaching({ client }: Context, said: Bytes): Reply {
  const { mode } = client.tracking;
  if (mode === null) throw new CommandError(errors.cachingWithoutTracking);
  if (equalsIgnoreCase(said, "YES")) {
    if (!mode.isOptIn) throw new CommandError(errors.cachingYes);
  } else if (equalsIgnoreCase(said, "NO")) {
    if (!mode.isOptOut) throw new CommandError(errors.cachingNo);
  } else {
    throw new CommandError(errors.syntax);
  }
  client.tracking.isCachingSaid = true;
  return OK;
}

function flagsOf({ mode, isBroken, isCachingSaid }: ClientTracking): string[] {
  if (mode === null) return ["off"];
  const flags: readonly (readonly [isSet: boolean, name: string])[] = [
    [true, "on"],
    [mode.isBroadcast, "bcast"],
    [mode.isOptIn, "optin"],
    [mode.isOptIn && isCachingSaid, "caching-yes"],
    [mode.isOptOut, "optout"],
    [mode.isOptOut && isCachingSaid, "caching-no"],
    [mode.isNoLoop, "noloop"],
    [isBroken, "broken_redirect"],
  ];
  return flags.filter(([isSet]) => isSet).map(([, name]) => name);
}

export const cachingCommand: Command = subcommand("connection", {
  name: "CLIENT|CACHING",
  summary: "Whether what the next command reads is tracked, with the options OPTIN and OPTOUT.",
  since: "6.0.0",
  flags: FLAGS,
  args: [rawWords(1, [{ name: "mode", type: "oneof", arguments: [token("yes"), token("no")] }])],
  arity: 3,
  run: (context, [said]) => sayCaching(context, said!),
});

export const getRedirCommand: Command = subcommand("connection", {
  name: "CLIENT|GETREDIR",
  summary: "Answers the number of the connection that is told of changed keys in this one's place.",
  since: "6.0.0",
  flags: FLAGS,
  args: [],
  run: ({ client }) => redirectOf(client),
});

export const trackingCommand: Command = subcommand("connection", {
  name: "CLIENT|TRACKING",
  summary: "Has the connection told when keys that it has read, or that have a prefix, change.",
  since: "6.0.0",
  flags: FLAGS,
  args: [rawWords(1, TRACKING_DOCS)],
  run: track,
});

export const trackingInfoCommand: Command = subcommand("connection", {
  name: "CLIENT|TRACKINGINFO",
  summary: "Answers which keys the connection is told of, and how.",
  since: "6.2.0",
  flags: FLAGS,
  args: [],
  run: ({ client }) =>
    new Pairs([
      ...["flags", new SetReply(flagsOf(client.tracking))],
      ...["redirect", redirectOf(client)],
      ...["prefixes", client.tracking.prefixes],
    ]),
});
