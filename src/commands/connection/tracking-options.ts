/** What CLIENT TRACKING asks for, and what of it does not fit together. */
import { type Bytes, equalBytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { parseInt64, parseSafeInteger } from "../../bytes/integer.ts";
import { CommandError, errors } from "../../errors.ts";

/** How a client wants to be told of keys. */
export interface TrackingMode {
  /** Number of the client that is told in its place; 0: none. */
  readonly redirect: number;
  /** Of all keys with the prefixes, instead of those that it has read. */
  readonly isBroadcast: boolean;
  /** Of what it reads behind CLIENT CACHING YES only. */
  readonly isOptIn: boolean;
  /** Not of what it reads behind CLIENT CACHING NO. */
  readonly isOptOut: boolean;
  /** Not of what it changes itself. */
  readonly isNoLoop: boolean;
}

/** The words behind CLIENT TRACKING ON or OFF. */
export interface TrackingOptions extends TrackingMode {
  readonly prefixes: readonly Bytes[];
}

/** The keys that a client may have in a cache of its own, so that it is told when they change: CLIENT TRACKING. */
export interface ClientTracking {
  /** null: it is told of none. */
  readonly mode: TrackingMode | null;
  /** Of a client that is told of all keys with prefixes: these, in the order of their bytes. */
  readonly prefixes: readonly Bytes[];
  /** Whom it redirects to is known to be gone. */
  readonly isBroken: boolean;
  /** CLIENT CACHING was just said: it holds for the next command. */
  isCachingSaid: boolean;
  /** Changes the mode; prefixes are added to those that are there. */
  enable(options: TrackingOptions): void;
  disable(): void;
  /** A script has read something for the client, which has named these keys. */
  scriptRead(keys: readonly Bytes[]): void;
}

/** Of a client that is no connection. */
export const UNTRACKED: ClientTracking = {
  mode: null,
  prefixes: [],
  isBroken: false,
  isCachingSaid: false,
  enable() {},
  disable() {},
  scriptRead() {},
};

/** What all clients may have cached. */
export interface Tracking {
  /** Clients that are told of keys. */
  readonly clientCount: number;
  readonly keyCount: number;
  /** Pairs of a key and a client that has read it. */
  readonly itemCount: number;
  readonly prefixCount: number;
  /** Tells all of them that every key has changed. */
  flushed(): void;
}

const FLAGS = ["BCAST", "OPTIN", "OPTOUT", "NOLOOP"];

/**
 * Reads the options.
 *
 * @param isClient whether there is a client with this number
 * @throws {CommandError} as Redis
 */
export function parseTrackingOptions(
  words: readonly Bytes[],
  isClient: (id: number) => boolean,
): TrackingOptions {
  let redirect = 0;
  const prefixes: Bytes[] = [];
  const flags = new Set<string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const value = words[at + 1];
    const flag = FLAGS.find((known) => equalsIgnoreCase(word, known));
    if (flag !== undefined) {
      flags.add(flag);
    } else if (value !== undefined && equalsIgnoreCase(word, "REDIRECT")) {
      if (redirect !== 0) throw new CommandError(errors.trackingTwoRedirects);
      redirect = clientNumber(value, isClient);
      at++;
    } else if (value !== undefined && equalsIgnoreCase(word, "PREFIX")) {
      prefixes.push(value);
      at++;
    } else {
      throw new CommandError(errors.syntax);
    }
  }
  return {
    redirect,
    prefixes,
    isBroadcast: flags.has("BCAST"),
    isOptIn: flags.has("OPTIN"),
    isOptOut: flags.has("OPTOUT"),
    isNoLoop: flags.has("NOLOOP"),
  };
}

function clientNumber(word: Bytes, isClient: (id: number) => boolean): number {
  if (parseInt64(word) === null) throw new CommandError(errors.notInteger);
  const id = parseSafeInteger(word);
  if (!isClient(id)) throw new CommandError(errors.trackingNoSuchClient);
  return id;
}

/** Refuses what cannot be had, or not while the client is tracked in another way. @throws {CommandError} as Redis */
export function checkTrackingOptions(options: TrackingOptions, now: ClientTracking): void {
  const { isBroadcast, isOptIn, isOptOut, prefixes } = options;
  const { mode } = now;
  if (!isBroadcast && prefixes.length > 0) throw new CommandError(errors.trackingPrefixAlone);
  if (mode !== null && mode.isBroadcast !== isBroadcast) {
    throw new CommandError(errors.trackingOtherMode);
  }
  if (isBroadcast && (isOptIn || isOptOut)) throw new CommandError(errors.trackingBroadcastOption);
  if (isOptIn && isOptOut) throw new CommandError(errors.trackingTwoOptions);
  if (mode !== null && ((isOptIn && mode.isOptOut) || (isOptOut && mode.isOptIn))) {
    throw new CommandError(errors.trackingOtherOption);
  }
  if (isBroadcast) checkPrefixes(prefixes, now.prefixes);
}

/** @throws {CommandError} keys may begin with two of the prefixes */
function checkPrefixes(prefixes: readonly Bytes[], present: readonly Bytes[]): void {
  for (const [index, prefix] of prefixes.entries()) {
    const old = present.find((other) => overlaps(prefix, other));
    if (old !== undefined) throw overlap(prefix, "an existing prefix", old);
    const twin = prefixes.slice(index + 1).find((other) => overlaps(prefix, other));
    if (twin !== undefined) throw overlap(prefix, "another provided prefix", twin);
  }
}

function overlaps(prefix: Bytes, other: Bytes): boolean {
  const length = Math.min(prefix.length, other.length);
  return equalBytes(prefix.subarray(0, length), other.subarray(0, length));
}

function overlap(prefix: Bytes, what: string, other: Bytes): CommandError {
  return new CommandError(
    `ERR Prefix '${shown(prefix)}' overlaps with ${what} '${shown(other)}'. Prefixes for a single client must not overlap.`,
  );
}

/** As C prints it: up to the first NUL. */
function shown(bytes: Bytes): string {
  return mapKey(bytes).split("\0", 1)[0]!;
}
