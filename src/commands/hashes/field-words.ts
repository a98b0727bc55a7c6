/** Words of the commands for TTLs of a hash's fields: times, and `FIELDS numfields field ...`. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import { clock } from "../../clock.ts";
import type { FieldCondition, StoreOptions } from "../../database/hashes/hash-ttls.ts";
import { CommandError, errors, invalidExpire, wrongArity } from "../../errors.ts";
import type { ExpireForm } from "../keys/expire-time.ts";
import type { Words } from "../words.ts";

/** Latest deadline of a field that Redis takes, in ms since 1970: about the year 4199. */
const DEADLINE_MAX_MS = 2 ** 46 - 1;

const FORMS: readonly ExpireForm[] = ["EX", "PX", "EXAT", "PXAT"];
const CONDITIONS: readonly FieldCondition[] = ["NX", "XX", "GT", "LT"];

/** What HSETEX asks for. */
export interface FieldStore extends StoreOptions {
  /** Field, value, field, value ... */
  readonly pairs: readonly Bytes[];
}

/**
 * The moment that a client means for a field, in ms since 1970.
 *
 * @param command name in lower case, for the error
 * @throws {CommandError} no integer, negative, or beyond what Redis takes
 */
export function parseDeadline(text: Bytes, form: ExpireForm, command: string): number {
  const value = parseInt64(text);
  if (value === null) throw new CommandError(errors.notInteger);
  if (value < 0n) throw new CommandError(errors.negativeExpire);
  const unitMs = form === "EX" || form === "EXAT" ? 1000 : 1;
  const startMs = form === "EX" || form === "PX" ? clock.nowMs() : 0;
  const atMs = Number(value) * unitMs + startMs;
  if (atMs > DEADLINE_MAX_MS) throw new CommandError(invalidExpire(command));
  return atMs;
}

/** NX, XX, GT or LT if it comes next; null otherwise. */
export function takeCondition(words: Words): FieldCondition | null {
  return CONDITIONS.find((token) => words.take(token)) ?? null;
}

/** EX, PX, EXAT or PXAT if it comes next; null otherwise. */
export function takeForm(words: Words): ExpireForm | null {
  return FORMS.find((token) => words.take(token)) ?? null;
}

/**
 * `FIELDS numfields field ...` to the end of the request.
 *
 * @param countError when the number is none, or below 1
 * @throws {CommandError} something else stands there, or another number of fields
 */
export function readFields(words: Words, countError: string, command: string): Bytes[] {
  if (!words.take("FIELDS")) throw new CommandError(errors.noFieldsWord);
  if (words.left === 0) throw new CommandError(wrongArity(command));
  const count = readCount(words, countError);
  if (count !== words.left) throw new CommandError(errors.fieldCountMismatch);
  return Array.from({ length: count }, () => words.next());
}

/** The options of HSETEX in any order, then its pairs. @throws {CommandError} as Redis words it */
export function readFieldStore(words: Words, command: string): FieldStore {
  let condition: FieldStore["condition"] = null;
  let expireAt: number | "keep" | null = null;
  while (words.left > 0) {
    const option = words.next();
    const form = FORMS.find((token) => equalsIgnoreCase(option, token));
    if (equalsIgnoreCase(option, "FIELDS")) {
      const pairs = readPairs(words, command);
      return { condition, expireAt: expireAt ?? 0, pairs };
    }
    if (form !== undefined || equalsIgnoreCase(option, "KEEPTTL")) {
      if (expireAt !== null) throw new CommandError(errors.setTtls);
      if (form !== undefined && words.left === 0) throw new CommandError(errors.missingExpire);
      expireAt = form === undefined ? "keep" : parseDeadline(words.next(), form, command);
    } else if (equalsIgnoreCase(option, "FXX") || equalsIgnoreCase(option, "FNX")) {
      if (condition !== null) throw new CommandError(errors.setConditions);
      condition = equalsIgnoreCase(option, "FXX") ? "FXX" : "FNX";
    } else {
      throw new CommandError(`ERR unknown argument: ${mapKey(option)}`);
    }
  }
  throw new CommandError(wrongArity(command));
}

function readPairs(words: Words, command: string): Bytes[] {
  if (words.left < 3) throw new CommandError(wrongArity(command));
  const count = readCount(words, errors.fieldCountInvalid);
  if (count * 2 !== words.left) throw new CommandError(wrongArity(command));
  return Array.from({ length: count * 2 }, () => words.next());
}

function readCount(words: Words, error: string): number {
  const count = parseInt64(words.next());
  if (count === null || count < 1n) throw new CommandError(error);
  return Number(count);
}
