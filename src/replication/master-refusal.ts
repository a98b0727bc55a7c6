/** What a master's error replies mean to a slave and its operator. */
import type { ParsedReply } from "../resp/parsed-reply.ts";
import { LinkError } from "./master-connection.ts";

/** How LedisDB v0.1 answers commands that it does not know. */
const UNKNOWN_TO_LEGACY = "ERR command not found";

/** The other one is LedisDB v0.1, which knows nothing of this conversation. */
export class LegacyMaster extends LinkError {}

/**
 * The error as the operator should read it.
 *
 * @param what was refused; missing: the greeting
 */
export function refusalOf(text: string, what: string | null = null): LinkError {
  if (text === UNKNOWN_TO_LEGACY) return new LegacyMaster("the master is LedisDB v0.1");
  if (text.startsWith("NOAUTH")) {
    return new LinkError("the master wants a password: set masterauth");
  }
  if (text.startsWith("ERR replication loop")) return new LinkError(text.slice("ERR ".length));
  if (what !== null) return new LinkError(`${what} was refused: ${text}`);
  return new LinkError(`the server there is no ledis master: ${text}`);
}

/** @throws {LinkError} it is an error */
export function expectOk(reply: ParsedReply, what: string): void {
  if (reply.kind === "error") throw refusalOf(reply.text, what);
}
