/** What COMMAND INFO answers of a command, in Redis 7.0's form, from the command's row. */
import { Pairs, type Reply, SetReply, Status } from "../resp/reply.ts";
import type { Command, CommandFlag, CommandGroup, KeySpec } from "./command.ts";
import { isKeyList, keyFlags } from "./command-keys.ts";
import { tipsOf } from "./command-tips.ts";

/** In Redis's order. `dangerous` is no flag there, but a category. */
const FLAGS: readonly CommandFlag[] = [
  "write",
  "readonly",
  "denyoom",
  "admin",
  "pubsub",
  "noscript",
  "blocking",
  "loading",
  "stale",
  "skip_monitor",
  "skip_slowlog",
  "fast",
  "no_auth",
  "no_async_loading",
  "no_multi",
  "no_mandatory_keys",
  "allow_busy",
];

/** ACL categories in Redis's order, and what puts a command there. */
const CATEGORIES: readonly (readonly [name: string, has: (command: Command) => boolean])[] = [
  ["keyspace", inGroup("generic")],
  ["read", ({ flags }) => flags.has("readonly")],
  ["write", ({ isWrite }) => isWrite],
  ["set", inGroup("set")],
  ["sortedset", inGroup("sorted-set")],
  ["list", inGroup("list")],
  ["hash", inGroup("hash")],
  ["string", inGroup("string")],
  ["bitmap", inGroup("bitmap")],
  ["hyperloglog", inGroup("hyperloglog")],
  ["geo", inGroup("geo")],
  ["stream", inGroup("stream")],
  ["pubsub", ({ flags }) => flags.has("pubsub")],
  ["admin", ({ flags }) => flags.has("admin")],
  ["fast", ({ flags }) => flags.has("fast")],
  ["slow", ({ flags }) => !flags.has("fast")],
  ["blocking", ({ flags }) => flags.has("blocking")],
  ["dangerous", ({ flags }) => flags.has("admin") || flags.has("dangerous")],
  ["connection", inGroup("connection")],
  ["transaction", inGroup("transactions")],
  ["scripting", inGroup("scripting")],
];

/** Names of all ACL categories, in Redis's order. */
export const categoryNames: readonly string[] = CATEGORIES.map(([name]) => name);

function inGroup(group: CommandGroup): (command: Command) => boolean {
  return (command) => command.group === group;
}

/** True for CLIENT and its like, which do nothing alone; COMMAND does. */
function isContainer({ subcommands, arity }: Command): boolean {
  return subcommands.length > 0 && arity !== -1;
}

const SORTS = ["sort", "sort_ro"];
const CLEARS = ["flushall", "flushdb", "swapdb"];

/** Commands that Redis has in a category although neither group nor flags say so. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  keyspace: ["dbsize", ...CLEARS],
  set: SORTS,
  sortedset: SORTS,
  list: SORTS,
  admin: ["lastsave", "role"],
  dangerous: [...SORTS, ...CLEARS],
  connection: ["asking", "readonly", "readwrite", "command"],
};

/** And those that it leaves out although they say so. */
const NEVER: Readonly<Record<string, readonly string[]>> = {
  keyspace: SORTS,
  read: ["eval_ro", "evalsha_ro", "fcall_ro"],
};

/** Names of the ACL categories that the command is in, without the "@". */
export function categoriesOf(command: Command): string[] {
  if (isContainer(command)) return ["slow"];
  // Subcommands of such a command are where it is.
  const [name = ""] = command.lowerName.split("|");
  const isIn = ([category, has]: (typeof CATEGORIES)[number]): boolean =>
    ALSO[category]?.includes(name) || (has(command) && !NEVER[category]?.includes(name));
  return CATEGORIES.filter(isIn).map(([category]) => category);
}

/** Whether the first number of its keys must be read from the request. */
function hasMovableKeys(command: Command): boolean {
  return command.args.some((doc) => {
    const { name, type, token } = doc;
    return name === "numkeys" || (type === "key" && token !== undefined) || isKeyList(doc);
  });
}

/** Names as Redis answers flags of keys. */
export function flagsReply(names: readonly string[]): SetReply {
  return new SetReply(names.map((name) => new Status(name)));
}

function keySpecs(command: Command): SetReply {
  const { first, last, step } = command.keys;
  if (first === 0) return new SetReply([]);
  const specs = command.keySpecs ?? [{ first, last, flags: keyFlags(command) }];
  return new SetReply(specs.map((spec) => keySpecReply(spec, step)));
}

function keySpecReply({ first, last, flags, notes }: KeySpec, step: number): Reply {
  const isPlace = typeof first === "number";
  const search = isPlace
    ? ["type", "index", "spec", new Pairs(["index", first])]
    : ["type", "keyword", "spec", new Pairs(["keyword", first.keyword, "startfrom", first.from])];
  const lastKey = last === undefined || !isPlace ? 0 : last < 0 ? last : last - first;
  const range = [...["lastkey", lastKey], ...["keystep", step], ...["limit", 0]];
  return new Pairs([
    ...(notes === undefined ? [] : ["notes", notes]),
    ...["flags", flagsReply(flags)],
    ...["begin_search", new Pairs(search)],
    ...["find_keys", new Pairs(["type", "range", "spec", new Pairs(range)])],
  ]);
}

/** Flags that clients are told, in Redis's order. */
export function shownFlags(command: Command): string[] {
  const shown: string[] = FLAGS.filter((flag) => command.flags.has(flag));
  if (hasMovableKeys(command)) shown.push("movablekeys");
  return shown;
}

/** Ten items, as Redis documents them for COMMAND INFO. */
export function commandDetails(command: Command): Reply {
  const { lowerName, arity, keys, subcommands } = command;
  return [
    lowerName,
    arity,
    new SetReply(shownFlags(command).map((flag) => new Status(flag))),
    keys.first,
    keys.last,
    keys.step,
    new SetReply(categoriesOf(command).map((name) => new Status(`@${name}`))),
    new SetReply(tipsOf(command)),
    keySpecs(command),
    subcommands.length > 0 ? subcommands.map(commandDetails) : new SetReply([]),
  ];
}
