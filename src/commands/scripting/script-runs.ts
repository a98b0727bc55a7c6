/** Scripts and functions as a client runs them: whether they may, and what is undone of one that had to be stopped. */
import type { Bytes } from "../../bytes/bytes.ts";
import { CommandError, errors, scriptStopped } from "../../errors.ts";
import { ScriptStopped } from "../../lua/interpreter.ts";
import type { ScriptHost } from "../../lua/redis-library.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Context } from "../context.ts";
import { ScriptCalls } from "./script-calls.ts";

/** A script or a function. */
export interface Runnable {
  /** As errors name it: `script <SHA-1>`. */
  readonly title: string;
  /** What it says of itself; null: nothing, it may do anything. */
  readonly flags: ReadonlySet<string> | null;
}

function mayWrite({ flags }: Runnable): boolean {
  return flags === null || !flags.has("no-writes");
}

/** Why the server is in no state for what a script may do that says so; null: it is. */
export function scriptRefusal(
  { server }: Context,
  flags: ReadonlySet<string> | null,
): string | null {
  if (flags === null) return null;
  const writing = flags.has("no-writes") ? null : server.writeRefusal;
  return writing ?? (flags.has("allow-stale") ? null : server.readRefusal);
}

/** @throws {CommandError} the server is in no state for it */
export function refuseScript(context: Context, { flags }: Runnable): void {
  // Of a script that says nothing, commands that write are refused one by one.
  const refusal = flags === null ? context.server.readRefusal : scriptRefusal(context, flags);
  if (refusal !== null) throw new CommandError(refusal);
}

/** One run of it. */
export interface ScriptRun extends Runnable {
  /** The client has asked for one that does not write. */
  readonly isReadOnly: boolean;
  /** Keys that the client has named. */
  readonly keys: readonly Bytes[];
}

/**
 * Runs a script or a function.
 *
 * @param run has it run, with this way to the commands
 * @throws {CommandError} it may not run, or had to be stopped
 */
export function runScript(
  context: Context,
  script: ScriptRun,
  run: (host: ScriptHost) => Reply,
): Reply {
  const { client, ledis } = context;
  const { isReadOnly, keys } = script;
  if (isReadOnly && script.flags !== null && mayWrite(script)) {
    throw new CommandError(errors.scriptMayWrite);
  }
  const calls = new ScriptCalls(context, isReadOnly || !mayWrite(script), keys);
  const { database } = client;
  const savepoint = ledis.keyspace.savepoints.take();
  try {
    return run(calls);
  } catch (error) {
    if (!(error instanceof ScriptStopped)) throw error;
    ledis.keyspace.savepoints.rollback(savepoint);
    throw new CommandError(scriptStopped(script.title, error.message));
  } finally {
    // SELECT within a script holds for the script.
    if (client.database !== database) client.select(database);
  }
}
