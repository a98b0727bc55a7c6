/** What a slave says to its master before it follows it. */

import { decodeGreeting, type MasterGreeting, PROTOCOL } from "./greeting.ts";
import { LinkError } from "./link-error.ts";
import type { MasterConnection } from "./master-connection.ts";
import { refusalOf } from "./master-refusal.ts";
import type { ReadableLog } from "./replicated-log.ts";

/** This server, as masters are told. */
export interface Introduction {
  readonly runId: string;
  readonly listeningPort: number;
}

/** What the other server, a slave so far, is asked before it is followed: to lead. */
export interface TakeOver {
  /** It is to lead although it has not all of this server's log. */
  readonly isForced: boolean;
  /** It leads. */
  done(): void;
  /** It will not. */
  refused(reason: string): void;
}

/** How the error begins that all commands of a turn get that the disk refused. */
const TURN_FAILED = "MISCONF";

/**
 * Says with which right this server comes.
 *
 * @param credentials a password, or a user and one; empty: nothing is said
 * @param takeOver what is asked afterwards: whoever lets nobody in will not lead
 * @throws {LinkError} it is not let in
 */
export async function authenticate(
  connection: MasterConnection,
  credentials: readonly string[],
  takeOver: TakeOver | null,
): Promise<void> {
  if (credentials.length === 0) return;
  const reply = await connection.call("AUTH", ...credentials);
  if (reply.kind !== "error") return;
  const refusal = refusalOf(reply.text, "AUTH");
  takeOver?.refused(refusal.message);
  throw refusal;
}

/** Introduces this server, and answers who the master is. @throws {LinkError} it is no master of this program */
export async function greet(
  connection: MasterConnection,
  { runId, listeningPort }: Introduction,
): Promise<MasterGreeting> {
  const reply = await connection.call("REPLCONF", "HELLO", PROTOCOL, runId, listeningPort);
  if (reply.kind === "error") throw refusalOf(reply.text);
  const greeting = decodeGreeting(reply);
  if (greeting === null) throw new LinkError("the server there is no ledis");
  if (greeting.protocol !== PROTOCOL) {
    throw new LinkError(`the master speaks version ${greeting.protocol} of the protocol`);
  }
  return greeting;
}

/** Asks a slave of this server to lead. @throws {LinkError} it will not */
export async function askToLead(
  connection: MasterConnection,
  runId: string,
  { id, offset }: Pick<ReadableLog, "id" | "offset">,
  takeOver: TakeOver,
): Promise<void> {
  const end = takeOver.isForced ? -1 : offset;
  const reply = await connection.call("REPLCONF", "TAKEOVER", runId, id.toHex(), end);
  if (reply.kind !== "error") return takeOver.done();
  const refusal = refusalOf(reply.text, "the take-over");
  // The turn in which it agreed has failed for another reason: it is asked again.
  if (!reply.text.startsWith(TURN_FAILED)) takeOver.refused(refusal.message);
  throw refusal;
}
