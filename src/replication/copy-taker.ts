/** A slave's side of a full copy: asks for it block by block, and has it built beside the present database. */
import type { Bytes } from "../bytes/bytes.ts";
import type { ParsedReply } from "../resp/parsed-reply.ts";
import { LinkError } from "./link-error.ts";
import type { MasterConnection } from "./master-connection.ts";
import type { CopyBuilder } from "./replicated-log.ts";

/** Blocks asked for ahead: one is under way while the other is built in. */
const AHEAD = 2;

/** @throws {LinkError} it is none */
function bulkOf(reply: ParsedReply, what: string): Bytes {
  if (reply.kind === "bulk") return reply.bytes;
  const text = reply.kind === "error" ? reply.text : reply.kind;
  throw new LinkError(`${what} was refused by the master: ${text}`);
}

/**
 * Takes a whole copy, checked, but not yet in place: `finish` or `abandon` of the result decides.
 *
 * @param create begins to build what the head announces
 * @throws {LinkError} the master refuses, is lost, or sends too little
 * @throws {StorageError} what it sends is damaged, or the disk refuses; nothing is left over
 */
export async function takeCopy(
  connection: MasterConnection,
  create: (head: Bytes) => Promise<CopyBuilder>,
): Promise<CopyBuilder> {
  const head = bulkOf(await connection.call("FULLSYNC"), "FULLSYNC");
  const builder = await create(head);
  try {
    const coming: Promise<ParsedReply>[] = [];
    while (!builder.isComplete) {
      while (coming.length < AHEAD) coming.push(connection.call("FULLSYNC", "NEXT"));
      const reply = await coming.shift()!;
      if (reply.kind === "null") throw new LinkError("the full copy ended too early");
      await builder.add(bulkOf(reply, "FULLSYNC NEXT"));
    }
    // What was asked for behind the end is answered with nothing.
    await Promise.all(coming);
    return builder;
  } catch (error) {
    await builder.abandon();
    throw error;
  }
}
