/** What the tests of resp share: bytes as latin1 text, streams cut into chunks. */
import { type Bytes, mapKey } from "../../src/bytes/bytes.ts";
import type { Request } from "../../src/resp/request.ts";
import { defaultRequestLimits, type RequestLimits } from "../../src/resp/request-limits.ts";
import { RequestParser } from "../../src/resp/request-parser.ts";

/** One byte per character. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** The arguments, one character per byte. */
export function words(request: Request): string[] {
  return Array.from({ length: request.count }, (_, index) => mapKey(request.bytes(index)));
}

/** All requests that the chunks hold; the text of the error, where one ends them, comes last. */
export function parseAll(
  chunks: readonly Bytes[],
  limits: Partial<RequestLimits> = {},
): (string[] | string)[] {
  const parser = new RequestParser({ ...defaultRequestLimits(), ...limits });
  const found: (string[] | string)[] = [];
  for (const chunk of chunks) {
    parser.push(chunk);
    try {
      for (let request = parser.next(); request !== null; request = parser.next()) {
        found.push(words(request));
      }
    } catch (error) {
      found.push((error as Error).message);
    }
  }
  return found;
}

/** Copies of the stream's bytes, cut at these offsets in ascending order. */
export function cut(stream: Bytes, offsets: readonly number[]): Bytes[] {
  const ends = [...offsets, stream.length];
  return ends.map((end, index) => new Uint8Array(stream.subarray(ends[index - 1] ?? 0, end)));
}
