/**
 * Error texts that a client can see, and the classes that carry them.
 * A leaf: everything may import it.
 */

/** A client's mistake. Its message is protocol: code word first, as Redis spells it. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Storage refused or failed: the turn is undone and writes stop until a probe succeeds. */
export class StorageError extends Error {
  override readonly name = "StorageError";
}

/** A mistake in configuration or on the command line; the message is one line for the operator. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Texts that several commands share; Redis 7's, to the byte. */
export const errors = {
  syntax: "ERR syntax error",
  notInteger: "ERR value is not an integer or out of range",
  notFloat: "ERR value is not a valid float",
  outOfRange: "ERR value is out of range",
  notPositive: "ERR value is out of range, must be positive",
  overflow: "ERR increment or decrement would overflow",
  decrementOverflow: "ERR decrement would overflow",
  infiniteIncrement: "ERR increment would produce NaN or Infinity",
  stringTooLong: "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
  offsetOutOfRange: "ERR offset is out of range",
  noSuchKey: "ERR no such key",
  sameObject: "ERR source and destination objects are the same",
  databaseOutOfRange: "ERR DB index is out of range",
  invalidDatabase: "ERR invalid DB index",
  invalidCursor: "ERR invalid cursor",
  wrongType: "WRONGTYPE Operation against a key holding the wrong kind of value",
  noAuth: "NOAUTH Authentication required.",
  readOnly: "READONLY You can't write against a read only replica.",
} as const;

/** INVALID expire time of a SET, GETEX, EXPIRE ...: `command` in lower case. */
export function invalidExpire(command: string): string {
  return `ERR invalid expire time in '${command}' command`;
}

export function wrongArity(command: string): string {
  return `ERR wrong number of arguments for '${command}' command`;
}
