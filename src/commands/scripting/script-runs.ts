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

/** @throws {CommandError} the server is in no state for what it may do */
export function refuseScript({ server }: Context, script: Runnable): void {
  // Of a script that says nothing, its commands are refused one by one.
  if (script.flags !== null && mayWrite(script)) refuse(server.writeRefusal);
  if (!script.flags?.has("allow-stale")) refuse(server.readRefusal);
}

function refuse(reason: string | null): void {
  if (reason !== null) throw new CommandError(reason);
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
