/** Times at which keys end, as clients give them: from now or since 1970, in seconds or milliseconds. */
import type { Bytes } from "../../bytes/bytes.ts";
import { INT64_MAX, INT64_MIN, parseInt64, parseSafeInteger } from "../../bytes/integer.ts";
import { clock } from "../../clock.ts";
import { CommandError, errors, invalidExpire } from "../../errors.ts";
import { EXPIRE_AT_MAX_MS } from "../../keyspace/rows/key-row.ts";
import { type Arg, bytes, type Chosen, flag, named, oneOf } from "../args.ts";

/** How a time is given; the words that SET and GETEX take. */
export type ExpireForm = "EX" | "PX" | "EXAT" | "PXAT";

/** Up to here, in either unit and from now, numbers are exact and far from an int64's limits. */
const SIMPLE_MAX = 2 ** 42;

const THOUSAND = 1000n;

/**
 * The moment that a client means, in ms since 1970; at most EXPIRE_AT_MAX_MS, which stands for everything
 * later. It may be past.
 *
 * @param command name in lower case, for the error
 * @throws {CommandError} no integer, or beyond what Redis can hold
 */
export function parseExpireAt(text: Bytes, form: ExpireForm, command: string): number {
  const inSeconds = form === "EX" || form === "EXAT";
  const startMs = form === "EX" || form === "PX" ? clock.nowMs() : 0;
  const simple = parseSafeInteger(text);
  if (Math.abs(simple) <= SIMPLE_MAX) {
    return Math.min((inSeconds ? simple * 1000 : simple) + startMs, EXPIRE_AT_MAX_MS);
  }
  let value = parseInt64(text);
  if (value === null) throw new CommandError(errors.notInteger);
  if (inSeconds) {
    const tooLarge = value > INT64_MAX / THOUSAND || value < INT64_MIN / THOUSAND;
    if (tooLarge) throw new CommandError(invalidExpire(command));
    value *= THOUSAND;
  }
  value += BigInt(startMs);
  if (value > INT64_MAX) throw new CommandError(invalidExpire(command));
  return Math.min(Number(value), EXPIRE_AT_MAX_MS);
}

/** As `parseExpireAt`, for a number that has to be positive. @throws {CommandError} also when it is not */
export function parseNewExpireAt(text: Bytes, form: ExpireForm, command: string): number {
  const value = parseInt64(text);
  if (value === null) throw new CommandError(errors.notInteger);
  if (value <= 0n) throw new CommandError(invalidExpire(command));
  return parseExpireAt(text, form, command);
}

/** `EX seconds | PX milliseconds | EXAT unix-seconds | PXAT unix-milliseconds`, and one word more. */
export function expireOptions<T extends string>(lastWord: T) {
  return oneOf<Bytes | true>(
    named("EX", bytes("seconds", "integer")),
    named("PX", bytes("milliseconds", "integer")),
    named("EXAT", bytes("unix-time-seconds", "unix-time")),
    named("PXAT", bytes("unix-time-milliseconds", "unix-time")),
    flag(lastWord),
  );
}

/** The time that an option of `expireOptions` gives; null when it is the one word more. */
export function optionExpireAt(chosen: Chosen<Bytes | true>, command: string): number | null {
  if (chosen.value === true) return null;
  return parseNewExpireAt(chosen.value, chosen.token as ExpireForm, command);
}

/** An argument that `parseExpireAt` reads: when is up to the command, and so is the order of its checks. */
export function time(name: string, form: ExpireForm): Arg<Bytes> {
  return bytes(name, form === "EX" || form === "PX" ? "integer" : "unix-time");
}
