/** A command is one row of data; what the server needs to know of it follows from the row. */
import { type Bytes, equalsIgnoreCase } from "../bytes/bytes.ts";
import type { Reply } from "../resp/reply.ts";
import type { Request } from "../resp/request.ts";
import type { Arg, ArgumentDoc, Values } from "./args.ts";
import type { Context } from "./context.ts";
import { Words } from "./words.ts";

/** Families, as Redis groups its commands; `ledis` are those that only LedisDB has. */
export type CommandGroup =
  | "bitmap"
  | "cluster"
  | "connection"
  | "generic"
  | "geo"
  | "hash"
  | "hyperloglog"
  | "ledis"
  | "list"
  | "pubsub"
  | "scripting"
  | "server"
  | "set"
  | "sorted-set"
  | "stream"
  | "string"
  | "transactions";

/**
 * - `write`: may change data: refused on a read-only slave and while the disk takes no writes
 * - `readonly`: reads data
 * - `denyoom`: may take memory; for clients that look at COMMAND INFO
 * - `admin`, `dangerous`: for the operator
 * - `noscript`: not for scripts
 * - `fast`: cost does not grow with the data
 * - `no_auth`: allowed before AUTH
 * - `loading`, `stale`: as in Redis, for clients that look
 * - `blocking`: may wait
 * - `no_async_loading`, `allow_busy`: as in Redis, for clients that look
 * - `no_multi`: not inside MULTI
 * - `pubsub`: publishes, subscribes, or shows who does
 * - `may_replicate`: no command that writes, but one that CLIENT PAUSE WRITE holds back all the same, and that waits
 *   for room: it may come to writes; not told to clients
 * - `skip_slowlog`: not in the slow log
 * - `skip_monitor`, `no_mandatory_keys`: as in Redis, for clients that look
 * - `waits`: may answer when something else has happened, so that its time is no work
 * - `blind`: stores its keys without reading them, unless options want it: nothing of them is fetched ahead from older
 *   rows; not told to clients
 * - `replication`: for slaves, also for those that may do nothing else (`replauth`)
 */
export type CommandFlag =
  | "write"
  | "readonly"
  | "denyoom"
  | "admin"
  | "dangerous"
  | "noscript"
  | "fast"
  | "loading"
  | "stale"
  | "blocking"
  | "no_auth"
  | "no_async_loading"
  | "no_multi"
  | "allow_busy"
  | "pubsub"
  | "may_replicate"
  | "skip_slowlog"
  | "skip_monitor"
  | "no_mandatory_keys"
  | "waits"
  | "blind"
  | "replication";

/** Which words of a request are keys: from `first` to `last` (negative: from the end), every `step`-th. */
export interface KeyPositions {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** Keys that a command does the same to, as Redis documents them. */
export interface KeySpec {
  /** Place of the first of them in the request; or the word before it, and the place from which that is looked for. */
  readonly first: number | { readonly keyword: string; readonly from: number };
  /** Place of the last one, negative: from the end. Missing: the first is the only one. */
  readonly last?: number;
  /** What the command does to them: `RO access`. */
  readonly flags: readonly string[];
  readonly notes?: string;
}

const NO_KEYS: KeyPositions = { first: 0, last: 0, step: 0 };

/** A command as dispatch sees it. */
export interface Command {
  /** Counts all commands and subcommands from 0: an index for what others keep of each. */
  readonly number: number;
  /** Upper case; a subcommand's is `CLIENT|LIST`. */
  readonly name: string;
  /** The same in lower case: in error texts, statistics and COMMAND. */
  readonly lowerName: string;
  readonly summary: string;
  readonly group: CommandGroup;
  /** Version of Redis (or "ledis") that has it. */
  readonly since: string;
  readonly flags: ReadonlySet<CommandFlag>;
  /** Has the flag `write`; dispatch asks for every request. */
  readonly isWrite: boolean;
  /** Number of words with the name, negative: at least so many. As Redis states it. */
  readonly arity: number;
  readonly keys: KeyPositions;
  /** What it does to its keys, in their order; null: what all do that read or write. */
  readonly keySpecs: readonly KeySpec[] | null;
  readonly args: readonly ArgumentDoc[];
  readonly subcommands: readonly Command[];
  /** The subcommand with this name, in any case; undefined when there is none. */
  findSubcommand(name: Bytes): Command | undefined;
  /** True when a request of `count` words, name included, may be right. */
  accepts(count: number): boolean;
  /** Why it is not to be queued for EXEC, for more than its flags tell; null: it may be. */
  queueRefusal(context: Context, request: Request): string | null;
  /** Reads the arguments and runs it. @throws {CommandError} the client's mistake */
  invoke(context: Context, request: Request): Reply | Promise<Reply>;
}

export interface CommandRow<A extends readonly Arg<unknown>[]> {
  readonly name: string;
  readonly summary: string;
  readonly since?: string;
  readonly flags?: readonly CommandFlag[];
  readonly args: A;
  /** Needed only where it does not follow from the arguments. */
  readonly keys?: KeyPositions;
  /** Needed only where it does not follow from reading or writing. */
  readonly keySpecs?: readonly KeySpec[];
  /** Fewest and most words where the arguments alone would say something else than Redis. */
  readonly arity?: number;
  /** See Command. */
  queueRefusal?(context: Context, request: Request): string | null;
  run(context: Context, ...values: Values<A>): Reply | Promise<Reply>;
}

const words = new Words();

const noRefusal = () => null;

let nextNumber = 0;

/** Makes a command of its row. */
export function command<const A extends readonly Arg<unknown>[]>(
  group: CommandGroup,
  row: CommandRow<A>,
): Command {
  return build(group, row, 1);
}

/** Makes a subcommand, whose arguments start behind two words. */
export function subcommand<const A extends readonly Arg<unknown>[]>(
  group: CommandGroup,
  row: CommandRow<A>,
): Command {
  return build(group, row, 2);
}

function build<const A extends readonly Arg<unknown>[]>(
  group: CommandGroup,
  row: CommandRow<A>,
  nameWords: number,
): Command {
  const min = row.args.reduce((total, arg) => total + arg.min, nameWords);
  const max = row.args.reduce((total, arg) => total + arg.max, nameWords);
  const arity = row.arity ?? (min === max ? min : -min);
  const least = Math.abs(arity);
  const most = arity > 0 ? arity : max;
  const step = row.args.at(-1)?.step ?? 1;
  return {
    number: nextNumber++,
    name: row.name,
    lowerName: row.name.toLowerCase(),
    summary: row.summary,
    group,
    since: row.since ?? "1.0.0",
    flags: new Set(row.flags ?? []),
    isWrite: row.flags?.includes("write") ?? false,
    arity,
    keys: row.keys ?? keyPositions(row.args, nameWords),
    keySpecs: row.keySpecs ?? null,
    args: row.args.flatMap((arg) => arg.docs),
    subcommands: [],
    findSubcommand: () => undefined,
    queueRefusal: row.queueRefusal ?? noRefusal,
    accepts: (count) => count >= least && count <= most && (count - min) % step === 0,
    invoke: invoker(row, nameWords),
  };
}

/** Reads a fixed number of arguments without an array in between; these calls are on the hot path. */
function invoker<A extends readonly Arg<unknown>[]>(
  row: CommandRow<A>,
  nameWords: number,
): (context: Context, request: Request) => Reply | Promise<Reply> {
  const run = row.run as (context: Context, ...values: unknown[]) => Reply;
  const [first, second, third] = row.args;
  switch (row.args.length) {
    case 0:
      return (context) => run(context);
    case 1:
      return (context, request) => run(context, first!.read(words.of(request, nameWords)));
    case 2:
      return (context, request) => {
        const reader = words.of(request, nameWords);
        return run(context, first!.read(reader), second!.read(reader));
      };
    case 3:
      return (context, request) => {
        const reader = words.of(request, nameWords);
        return run(context, first!.read(reader), second!.read(reader), third!.read(reader));
      };
    default:
      return (context, request) => {
        const reader = words.of(request, nameWords);
        return run(context, ...row.args.map((arg) => arg.read(reader)));
      };
  }
}

/** Where the keys stand, from the arguments: a run of them that starts at a fixed place. */
function keyPositions(args: readonly Arg<unknown>[], nameWords: number): KeyPositions {
  let at = nameWords;
  for (const arg of args) {
    const doc = arg.docs[0];
    if (doc === undefined) return NO_KEYS;
    if (doc.type === "key") {
      if (doc.multiple) return { first: at, last: -1, step: 1 };
      return { first: at, last: at + countKeys(args.slice(args.indexOf(arg))) - 1, step: 1 };
    }
    if (doc.type === "block" && doc.multiple && doc.arguments?.[0]?.type === "key") {
      return { first: at, last: -1, step: arg.min };
    }
    if (arg.min !== arg.max) return NO_KEYS;
    at += arg.min;
  }
  return NO_KEYS;
}

function countKeys(args: readonly Arg<unknown>[]): number {
  let count = 0;
  for (const arg of args) {
    if (arg.docs[0]?.type !== "key" || arg.min !== 1 || arg.max !== 1) return count;
    count++;
  }
  return count;
}

export interface ContainerRow {
  readonly name: string;
  readonly summary: string;
  readonly since?: string;
  readonly subcommands: readonly Command[];
  /** Answers the bare name, as COMMAND does; without it, a subcommand is required. */
  readonly alone?: Command;
}

/** A command that leads to its subcommands, such as CLIENT. Dispatch finds the one that is meant. */
export function container(group: CommandGroup, row: ContainerRow): Command {
  const { alone } = row;
  const prefixLength = row.name.length + 1;
  const byName = row.subcommands.map((sub) => [sub.name.slice(prefixLength), sub] as const);
  return {
    number: nextNumber++,
    name: row.name,
    lowerName: row.name.toLowerCase(),
    summary: row.summary,
    group,
    since: row.since ?? "1.0.0",
    flags: alone?.flags ?? new Set(),
    isWrite: false,
    arity: alone === undefined ? -2 : -1,
    keys: NO_KEYS,
    keySpecs: null,
    args: [],
    subcommands: row.subcommands,
    findSubcommand: (name) => byName.find(([known]) => equalsIgnoreCase(name, known))?.[1],
    accepts: () => alone !== undefined,
    queueRefusal: noRefusal,
    invoke: (context, request) => alone!.invoke(context, request),
  };
}
