/** What a master's error replies mean to a slave and its operator. */
import type { ParsedReply } from "../resp/parsed-reply.ts";
import { ForeignMaster, foreignKindOf } from "./foreign/foreign-master.ts";
import { LinkError } from "./link-error.ts";

/**
 * The error as the operator should read it.
 *
 * @param what was refused; missing: the greeting
 */
export function refusalOf(text: string, what: string | null = null): LinkError {
  const kind = foreignKindOf(text);
  if (kind !== null) return new ForeignMaster(kind);
  if (text.startsWith("NOAUTH")) {
    return new LinkError("the master wants a password: set masterauth");
  }
  if (text.startsWith("NOPERM")) {
    return new LinkError(`masteruser may not replicate there: ${text.slice("NOPERM ".length)}`);
  }
  if (text.startsWith("ERR replication loop")) return new LinkError(text.slice("ERR ".length));
  if (what !== null) return new LinkError(`${what} was refused: ${text}`);
  return new LinkError(`the server there is no ledis master: ${text}`);
}

/** @throws {LinkError} it is an error */
export function expectOk(reply: ParsedReply, what: string): void {
  if (reply.kind === "error") throw refusalOf(reply.text, what);
}
