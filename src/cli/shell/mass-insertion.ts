/** `ledis cli --pipe`: requests as they are, sent as fast as the server takes them. */

import { randomBytes } from "node:crypto";
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { messageOf } from "../../errors.ts";
import { encodeRequest } from "../../resp/request-encoder.ts";
import type { ClientConnection } from "../client-connection.ts";
import type { TextOutput } from "../text-output.ts";

export interface MassInsertionReport {
  readonly errors: number;
  readonly replies: number;
}

/**
 * Sends the chunks (RESP or inline requests, cut anywhere) and counts the replies, errors among
 * them; each error is printed. The end is found with an ECHO of a word that nobody else says.
 *
 * @param timeoutSeconds without a reply after everything was sent, 0 for ever
 */
export async function insertInMass(
  connection: ClientConnection,
  chunks: AsyncIterable<Bytes>,
  output: TextOutput,
  timeoutSeconds: number,
): Promise<MassInsertionReport> {
  const farewell = randomBytes(20).toString("hex");
  const counting = countReplies(connection, farewell, output);
  counting.done.catch(() => {});
  try {
    for await (const chunk of chunks) {
      connection.send(chunk);
      if (!connection.isOpen) break;
      await connection.drained();
    }
    // A line end first: the last inline request may lack its own.
    connection.send(Buffer.from("\r\n"));
    connection.send(encodeRequest(["ECHO", farewell]));
    await connection.drained();
    if (connection.isOpen) {
      output.print("All data transferred. Waiting for the last reply...\n");
    }
    const watch = watchSilence(counting, connection, timeoutSeconds, output);
    await counting.done.finally(() => clearInterval(watch));
    output.print("Last reply received from server.\n");
  } catch (error) {
    counting.errors++;
    output.printError(`Error: ${messageOf(error)}\n`);
  }
  return { errors: counting.errors, replies: counting.replies };
}

interface Counting {
  errors: number;
  replies: number;
  readonly done: Promise<void>;
}

function countReplies(
  connection: ClientConnection,
  farewell: string,
  output: TextOutput,
): Counting {
  const counting = { errors: 0, replies: 0, done: Promise.resolve() };
  const read = async (): Promise<void> => {
    for (;;) {
      const reply = await connection.next();
      if (reply.kind === "bulk" && mapKey(reply.bytes) === farewell) return;
      counting.replies++;
      if (reply.kind !== "error") continue;
      counting.errors++;
      output.printError(`${reply.text}\n`);
    }
  };
  counting.done = read();
  return counting;
}

/** Ends the connection when no reply comes for so long. */
function watchSilence(
  counting: Counting,
  connection: ClientConnection,
  timeoutSeconds: number,
  output: TextOutput,
): Timer | undefined {
  if (timeoutSeconds === 0) return undefined;
  let seen = counting.replies;
  return setInterval(() => {
    if (counting.replies === seen) {
      output.printError(`No replies for ${timeoutSeconds} seconds: exiting.\n`);
      connection.close();
    }
    seen = counting.replies;
  }, timeoutSeconds * 1000);
}
