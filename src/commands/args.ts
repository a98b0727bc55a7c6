/**
 * Arguments of commands, as data. Each combinator says how many words it takes, how they are read, and what
 * COMMAND DOCS tells of them; from a command's list of them follow its arity, its key positions, its syntax
 * line and the types of its `run` parameters.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { parseDouble } from "../bytes/double.ts";
import { parseInt64, parseSafeInteger } from "../bytes/integer.ts";
import type { Stretch } from "../bytes/stretch.ts";
import { CommandError, errors } from "../errors.ts";
import type { Words } from "./words.ts";

/** What COMMAND DOCS answers for an argument. */
export interface ArgumentDoc {
  readonly name: string;
  readonly type:
    | "key"
    | "string"
    | "integer"
    | "double"
    | "pattern"
    | "unix-time"
    | "pure-token"
    | "oneof"
    | "block";
  /** Of a key: which of the command's key specifications it belongs to; 0 if not given. */
  readonly keySpec?: number;
  readonly token?: string;
  readonly optional?: boolean;
  readonly multiple?: boolean;
  /** Of one that may stand there several times: each time with its token. */
  readonly repeatsToken?: boolean;
  readonly arguments?: readonly ArgumentDoc[];
}

export interface Arg<T> {
  /** Fewest words that it takes. */
  readonly min: number;
  /** Most words that it takes; Infinity for lists. */
  readonly max: number;
  /** The number of words it takes is a multiple of this; otherwise the count of words is wrong. */
  readonly step?: number;
  read(words: Words): T;
  readonly docs: readonly ArgumentDoc[];
}

export type Values<A extends readonly Arg<unknown>[]> = {
  [I in keyof A]: A[I] extends Arg<infer T> ? T : never;
};

function word<T>(doc: ArgumentDoc, read: (words: Words) => T): Arg<T> {
  return { min: 1, max: 1, read, docs: [doc] };
}

/**
 * A key.
 *
 * @param keySpec which of the command's key specifications it belongs to, from 0 on
 */
export function key(name = "key", keySpec = 0): Arg<Bytes> {
  const doc: ArgumentDoc = { name, type: "key" };
  return word(keySpec === 0 ? doc : { ...doc, keySpec }, (words) => words.next());
}

/**
 * Any bytes.
 *
 * @param type what they are for clients, where the command itself reads them as that
 */
export function bytes(name: string, type: ArgumentDoc["type"] = "string"): Arg<Bytes> {
  return word({ name, type }, (words) => words.next());
}

/** A key, for commands that are run so often that a view of it counts. */
export function keyStretch(name = "key"): Arg<Stretch> {
  return word({ name, type: "key" }, (words) => words.nextStretch());
}

/** As `bytes`, for the same. */
export function stretch(name: string): Arg<Stretch> {
  return word({ name, type: "string" }, (words) => words.nextStretch());
}

export function pattern(name = "pattern"): Arg<Bytes> {
  return word({ name, type: "pattern" }, (words) => words.next());
}

export interface IntegerLimits {
  readonly min?: number;
  readonly max?: number;
  /** Error text when it is no integer or out of these limits. */
  readonly error?: string;
  readonly type?: "integer" | "unix-time";
}

/** An integer within ±(2^53 - 1): counts, indexes, offsets. @throws {CommandError} it is none */
export function int(name: string, limits: IntegerLimits = {}): Arg<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = limits;
  const error = limits.error ?? errors.notInteger;
  return word({ name, type: limits.type ?? "integer" }, (words) => {
    const value = words.nextInteger();
    if (!(value >= min && value <= max)) throw new CommandError(error);
    return value;
  });
}

/** An integer of 64 bits, exact. @throws {CommandError} it is none */
export function int64(name: string): Arg<bigint> {
  return word({ name, type: "integer" }, (words) => {
    const value = parseInt64(words.next());
    if (value === null) throw new CommandError(errors.notInteger);
    return value;
  });
}

/** An integer of 64 bits: a number when that is exact, else a bigint. @throws {CommandError} it is none */
export function exactInt(name: string): Arg<number | bigint> {
  return word({ name, type: "integer" }, (words) => {
    const text = words.next();
    const value = parseSafeInteger(text);
    if (!Number.isNaN(value)) return value;
    const wide = parseInt64(text);
    if (wide === null) throw new CommandError(errors.notInteger);
    return wide;
  });
}

/**
 * An integer of 64 bits, those beyond ±(2^53 - 1) rounded to a double: an index or a limit, where whatever
 * is that large means "beyond everything". @throws {CommandError} it is none
 */
export function index(name: string): Arg<number> {
  const exact = exactInt(name);
  return { ...exact, read: (words) => Number(exact.read(words)) };
}

/** A double, infinities included. @throws {CommandError} it is none */
export function double(name: string, error: string = errors.notFloat): Arg<number> {
  return word({ name, type: "double" }, (words) => {
    const value = parseDouble(words.next());
    if (Number.isNaN(value)) throw new CommandError(error);
    return value;
  });
}

/** One or more of `arg`, to the end of the request. An incomplete last one is a wrong number of arguments. */
export function some<T>(arg: Arg<T>): Arg<T[]> {
  return {
    min: arg.min,
    max: Number.POSITIVE_INFINITY,
    step: arg.min,
    read(words) {
      const values: T[] = [];
      while (words.left > 0) {
        if (words.left < arg.min) throw new CommandError(errors.syntax);
        values.push(arg.read(words));
      }
      return values;
    },
    docs: group(arg.docs, { multiple: true }),
  };
}

/** None or more of `arg`, to the end of the request. */
export function any<T>(arg: Arg<T>): Arg<T[]> {
  return { ...some(arg), min: 0, docs: group(arg.docs, { multiple: true, optional: true }) };
}

/**
 * One or more pairs, to the end of the request, as a flat list: first, second, first, second ... Cheaper than
 * `some(tuple(...))`. An incomplete last one is a wrong number of arguments.
 */
export function pairs<T>(first: Arg<T>, second: Arg<T>): Arg<T[]> {
  const whole = some(tuple(first, second));
  return {
    ...whole,
    read(words) {
      const values: T[] = [];
      while (words.left > 1) values.push(first.read(words), second.read(words));
      return values;
    },
  };
}

/** `arg` if there are words left for it, else null. */
export function optional<T>(arg: Arg<T>): Arg<T | null> {
  return {
    min: 0,
    max: arg.max,
    read: (words) => (words.left === 0 ? null : arg.read(words)),
    docs: group(arg.docs, { optional: true }),
  };
}

/**
 * `arg`, read when `run` calls the value, and that has to be before it runs anything else: for a command that
 * finds fault with its keys before it looks at its options.
 */
export function deferred<T>(arg: Arg<T>): Arg<() => T> {
  return { ...arg, read: (words) => () => arg.read(words) };
}

/** Several arguments in a row, as one value. */
export function tuple<A extends readonly Arg<unknown>[]>(...args: A): Arg<Values<A>> {
  return {
    min: sum(args.map((arg) => arg.min)),
    max: sum(args.map((arg) => arg.max)),
    read: (words) => args.map((arg) => arg.read(words)) as Values<A>,
    docs: group(
      args.flatMap((arg) => arg.docs),
      {},
    ),
  };
}

/** A word that chooses one of several names, in any case. @throws {CommandError} it is none of them */
export function choice<T extends string>(
  name: string,
  choices: readonly T[],
  error: string = errors.syntax,
): Arg<T> {
  const docs = choices.map(
    (token): ArgumentDoc => ({ name: token.toLowerCase(), type: "pure-token", token }),
  );
  return {
    min: 1,
    max: 1,
    read(words) {
      for (const token of choices) if (words.take(token)) return token;
      throw new CommandError(error);
    },
    docs: [{ name, type: "oneof", arguments: docs }],
  };
}

/** One option that may stand behind the fixed arguments: its word, and what follows the word. */
export interface Option<T> {
  readonly token: string;
  readonly value: Arg<T> | null;
}

/** `TOKEN`: true when given. */
export function flag(token: string): Option<true> {
  return { token, value: null };
}

/** `TOKEN value`. */
export function named<T>(token: string, value: Arg<T>): Option<T> {
  return { token, value };
}

/** At most one of several options; the value says which. */
export interface OneOf<T> {
  readonly oneOf: readonly Option<T>[];
}

/** Options that exclude each other; given twice, the last wins. */
export function oneOf<T>(...options: readonly Option<T>[]): OneOf<T> {
  return { oneOf: options };
}

/** The option that was given of several that exclude each other. */
export interface Chosen<T> {
  readonly token: string;
  readonly value: T;
}

type OptionRow = Option<unknown> | OneOf<unknown>;

export type OptionValues<R extends Readonly<Record<string, OptionRow>>> = {
  [N in keyof R]: R[N] extends OneOf<infer T>
    ? Chosen<T> | null
    : R[N] extends Option<infer T>
      ? T | null
      : never;
};

/**
 * Options in any order, to the end of the request. A word that is none of them, one that lacks its value,
 * or two that exclude each other: syntax error.
 */
export function options<R extends Readonly<Record<string, OptionRow>>>(
  rows: R,
): Arg<OptionValues<R>> {
  const entries = Object.entries(rows).flatMap(([name, row]) =>
    "oneOf" in row
      ? row.oneOf.map((option) => ({ name, option, exclusive: true }))
      : [{ name, option: row, exclusive: false }],
  );
  const none = Object.freeze(Object.fromEntries(Object.keys(rows).map((name) => [name, null])));
  const find = (words: Words) => {
    for (const entry of entries) if (words.take(entry.option.token)) return entry;
    throw new CommandError(errors.syntax);
  };
  return {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    read(words) {
      if (words.left === 0) return none as OptionValues<R>;
      const values: Record<string, unknown> = { ...none };
      while (words.left > 0) {
        const { name, option, exclusive } = find(words);
        if (option.value !== null && words.left < option.value.min) {
          throw new CommandError(errors.syntax);
        }
        const value = option.value === null ? true : option.value.read(words);
        const before = values[name] as Chosen<unknown> | null;
        if (exclusive && before !== null && before.token !== option.token) {
          throw new CommandError(errors.syntax);
        }
        values[name] = exclusive ? { token: option.token, value } : value;
      }
      return values as OptionValues<R>;
    },
    docs: Object.entries(rows).map(([name, row]) => optionDoc(name, row)),
  };
}

function optionDoc(name: string, row: OptionRow): ArgumentDoc {
  if ("oneOf" in row) {
    const choices = row.oneOf.map((option) => optionDoc(option.token.toLowerCase(), option));
    return {
      name,
      type: "oneof",
      optional: true,
      arguments: choices.map(({ optional: _, ...doc }) => doc),
    };
  }
  if (row.value === null) {
    return { name: row.token.toLowerCase(), type: "pure-token", token: row.token, optional: true };
  }
  const first = row.value.docs[0]!;
  if (row.value.docs.length === 1) return { ...first, token: row.token, optional: true };
  return { name, type: "block", token: row.token, optional: true, arguments: row.value.docs };
}

function group(
  docs: readonly ArgumentDoc[],
  how: { optional?: boolean; multiple?: boolean },
): ArgumentDoc[] {
  if (docs.length === 1) return [{ ...docs[0]!, ...how }];
  const name = docs.map((doc) => doc.name).join("_");
  return [{ name, type: "block", arguments: docs, ...how }];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
