/**
 * What LedisDB has for the keys of each type: xCLEAR, xMCLEAR, xEXPIRE, xEXPIREAT, xTTL, xPERSIST and xKEYEXISTS. Each
 * is refused for a key of another type.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { DB } from "../../database/db.ts";
import { CommandError, invalidExpire } from "../../errors.ts";
import { key, some } from "../args.ts";
import { type Command, command } from "../command.ts";
import { parseExpireAt, parseNewExpireAt, time } from "./expire-time.ts";

/** What xTTL answers when there is no such key as well as when it has no TTL. */
const NO_TTL = -1;

export interface LedisKeyNames {
  readonly clear: string;
  readonly clearMany: string;
  readonly expire: string;
  readonly expireAt: string;
  readonly ttl: string;
  readonly persist: string;
  readonly exists: string;
}

/**
 * The seven commands of one type. `null` in place of a name, or none, leaves that command out.
 *
 * @param noun what the type is called in the summaries
 * @param clear removes the key; answers what xCLEAR does, 0 when there is none; if not given, how many
 *   elements it had
 */
export function ledisKeyCommands(
  type: number,
  noun: string,
  names: { readonly [N in keyof LedisKeyNames]?: string | null },
  clear = (db: DB, key: Bytes): number => clearElements(db, key, type),
): Command[] {
  return [
    names.clear == null ? [] : clearCommand(names.clear, noun, clear),
    names.clearMany == null ? [] : clearManyCommand(names.clearMany, type, noun, clear),
    names.expire == null ? [] : expireCommand(names.expire, type, noun),
    names.expireAt == null ? [] : expireAtCommand(names.expireAt, type, noun),
    names.ttl == null ? [] : ttlCommand(names.ttl, type, noun),
    names.persist == null ? [] : persistCommand(names.persist, type, noun),
    names.exists == null ? [] : existsCommand(names.exists, type, noun),
  ].flat();
}

/** Removes the key; answers how many elements it had. @throws {CommandError} WRONGTYPE */
function clearElements(db: DB, key: Bytes, type: number): number {
  const header = db.collections.findForWrite(key, type);
  if (header === null) return 0;
  db.collections.remove(key);
  return header.size;
}

/** Has the key end at `atMs`; false when there is none. @throws {CommandError} WRONGTYPE */
export function expireTyped(db: DB, key: Bytes, type: number, atMs: number): boolean {
  return db.table.findTypeForWrite(key, type) !== null && db.keys.expire(key, atMs);
}

/** What xEXPIRE does. @param name the command's. @throws {CommandError} WRONGTYPE; no integer above 0 */
export function expireIn(db: DB, key: Bytes, type: number, seconds: Bytes, name: string): 0 | 1 {
  const at = parseNewExpireAt(seconds, "EX", name.toLowerCase());
  return expireTyped(db, key, type, at) ? 1 : 0;
}

/** What xEXPIREAT does. @param name the command's. @throws {CommandError} WRONGTYPE; no time that is not past */
export function expireAtTime(
  db: DB,
  key: Bytes,
  type: number,
  seconds: Bytes,
  name: string,
): 0 | 1 {
  const at = parseExpireAt(seconds, "EXAT", name.toLowerCase());
  if (at <= clock.nowMs()) throw new CommandError(invalidExpire(name.toLowerCase()));
  return expireTyped(db, key, type, at) ? 1 : 0;
}

/** What xTTL answers. @throws {CommandError} WRONGTYPE */
export function ttlSeconds(db: DB, key: Bytes, type: number): number {
  const expireAt = db.table.findType(key, type)?.expireAt ?? 0;
  return expireAt === 0 ? NO_TTL : Math.floor((expireAt - clock.nowMs() + 500) / 1000);
}

/** What xPERSIST does. @throws {CommandError} WRONGTYPE */
export function persistTyped(db: DB, key: Bytes, type: number): 0 | 1 {
  return db.table.findTypeForWrite(key, type) !== null && db.keys.persist(key) ? 1 : 0;
}

function clearCommand(name: string, noun: string, clear: (db: DB, key: Bytes) => number): Command {
  return command("ledis", {
    name,
    summary: `Removes a ${noun}; answers how much it held.`,
    since: "ledis",
    flags: ["write", "fast"],
    args: [key()],
    run: ({ db }, key) => clear(db, key),
  });
}

function clearManyCommand(
  name: string,
  type: number,
  noun: string,
  clear: (db: DB, key: Bytes) => number,
): Command {
  return command("ledis", {
    name,
    summary: `Removes keys that hold a ${noun}; answers how many were named.`,
    since: "ledis",
    flags: ["write"],
    args: [some(key())],
    run({ db }, keys) {
      for (const key of keys) db.table.findTypeForWrite(key, type);
      for (const key of keys) clear(db, key);
      return keys.length;
    },
  });
}

function expireCommand(name: string, type: number, noun: string): Command {
  return command("ledis", {
    name,
    summary: `Has a ${noun} end after some seconds, at least one.`,
    since: "ledis",
    flags: ["write", "fast"],
    args: [key(), time("seconds", "EX")],
    run: ({ db }, key, seconds) => expireIn(db, key, type, seconds, name),
  });
}

function expireAtCommand(name: string, type: number, noun: string): Command {
  return command("ledis", {
    name,
    summary: `Has a ${noun} end at a Unix time in seconds, which is not past.`,
    since: "ledis",
    flags: ["write", "fast"],
    args: [key(), time("unix-time-seconds", "EXAT")],
    run: ({ db }, key, seconds) => expireAtTime(db, key, type, seconds, name),
  });
}

function ttlCommand(name: string, type: number, noun: string): Command {
  return command("ledis", {
    name,
    summary: `Answers how many seconds a ${noun} has left; -1: no TTL, or no such key.`,
    since: "ledis",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => ttlSeconds(db, key, type),
  });
}

function persistCommand(name: string, type: number, noun: string): Command {
  return command("ledis", {
    name,
    summary: `Takes the TTL of a ${noun} away.`,
    since: "ledis",
    flags: ["write", "fast"],
    args: [key()],
    run: ({ db }, key) => persistTyped(db, key, type),
  });
}

function existsCommand(name: string, type: number, noun: string): Command {
  return command("ledis", {
    name,
    summary: `Answers 1 when the key holds a ${noun}, 0 when there is no such key.`,
    since: "ledis",
    flags: ["readonly", "fast"],
    args: [key()],
    run: ({ db }, key) => (db.table.findType(key, type) === null ? 0 : 1),
  });
}
