/**
 * Arguments of commands, as data. Each combinator says how many words it takes, how they are read, and what
 * COMMAND DOCS tells of them; from a command's list of them follow its arity, its key positions, its syntax
 * line and the types of its `run` parameters.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { parseDouble } from "../bytes/double.ts";
import { parseInt64 } from "../bytes/integer.ts";
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
  readonly token?: string;
  readonly optional?: boolean;
  readonly multiple?: boolean;
  readonly arguments?: readonly ArgumentDoc[];
}

export interface Arg<T> {
  /** Fewest words that it takes. */
  readonly min: number;
  /** Most words that it takes; Infinity for lists. */
  readonly max: number;
  read(words: Words): T;
  readonly docs: readonly ArgumentDoc[];
}

export type Values<A extends readonly Arg<unknown>[]> = {
  [I in keyof A]: A[I] extends Arg<infer T> ? T : never;
};

function word<T>(doc: ArgumentDoc, read: (words: Words) => T): Arg<T> {
  return { min: 1, max: 1, read, docs: [doc] };
}

/** A key. */
export function key(name = "key"): Arg<Bytes> {
  return word({ name, type: "key" }, (words) => words.next());
}

/** Any bytes. */
export function bytes(name: string): Arg<Bytes> {
  return word({ name, type: "string" }, (words) => words.next());
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

/** A double, infinities included. @throws {CommandError} it is none */
export function double(name: string, error: string = errors.notFloat): Arg<number> {
  return word({ name, type: "double" }, (words) => {
    const value = parseDouble(words.next());
    if (Number.isNaN(value)) throw new CommandError(error);
    return value;
  });
}

/** One or more of `arg`, to the end of the request. */
export function some<T>(arg: Arg<T>): Arg<T[]> {
  return {
    min: arg.min,
    max: Number.POSITIVE_INFINITY,
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

/** `arg` if there are words left for it, else null. */
export function optional<T>(arg: Arg<T>): Arg<T | null> {
  return {
    min: 0,
    max: arg.max,
    read: (words) => (words.left === 0 ? null : arg.read(words)),
    docs: group(arg.docs, { optional: true }),
  };
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
  const names = Object.keys(rows);
  return {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    read(words) {
      const values: Record<string, unknown> = {};
      for (const name of names) values[name] = null;
      while (words.left > 0) {
        const entry = entries.find(({ option }) => words.take(option.token));
        if (entry === undefined) throw new CommandError(errors.syntax);
        const { name, option, exclusive } = entry;
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
