/** Commands from stdin, one on each line. */
import { type Bytes, concatBytes, EMPTY } from "../../bytes/bytes.ts";
import { runLine, type ShellContext } from "./shell-line.ts";

const LF = 0x0a;

/** The lines of a stream without their ends; the last one may lack its end. */
export async function* linesOf(chunks: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let rest = EMPTY;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      yield concatBytes(rest, chunk.subarray(start, end));
      rest = EMPTY;
      start = end + 1;
    }
    rest = concatBytes(rest, chunk.subarray(start));
  }
  if (rest.length > 0) yield rest;
}

/**
 * Runs every line, one after the other.
 *
 * @param stopsAtErrors whether an error reply, or a line whose quotes do not match, ends the script
 * @returns exit status: 1 when that happened, or when the server was gone
 */
export async function runScript(
  context: ShellContext,
  chunks: AsyncIterable<Bytes>,
  stopsAtErrors: boolean,
): Promise<number> {
  for await (const line of linesOf(chunks)) {
    const outcome = await runLine(context, line, false);
    if (outcome === "quit") return 0;
    if (outcome === "lost" || (outcome === "error" && stopsAtErrors)) return 1;
  }
  return 0;
}
