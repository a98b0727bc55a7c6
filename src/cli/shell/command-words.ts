/** The words of a line that somebody typed, with redis-cli's quoting. */
import { type Bytes, fromText, toText } from "../../bytes/bytes.ts";
import { splitInline } from "../../resp/inline-arguments.ts";
import { ProtocolError } from "../../resp/protocol-error.ts";
import { Request } from "../../resp/request.ts";

/** The words, none for a blank line; null when the quotes do not match. */
export function splitWords(line: Bytes): Bytes[] | null {
  const request = new Request();
  try {
    splitInline(line, 0, line.length, request);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
  return request.own();
}

/** The words of a line as text; what stands in an open quote is left out. */
export function textWords(line: string): string[] {
  return (splitWords(fromText(line)) ?? []).map(toText);
}

/** The first words in upper case, to recognise a command by. */
export function upperWord(words: readonly Bytes[], at: number): string {
  return toText(words[at] ?? fromText("")).toUpperCase();
}
