/**
 * Every error text that a client can see, and the class that carries one.
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
