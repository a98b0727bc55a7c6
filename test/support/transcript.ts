/**
 * Transcripts: commands and the replies to them as text, checked against a server, and readable as a manual.
 *
 *     # A remark.
 *     SET k v
 *     GET k
 *     ----
 *     OK
 *     "v"
 *
 * Blocks are divided by empty lines. Words are quoted as in inline requests, replies shown as it shows them. Time
 * stands still; `@advance 1500` moves it by that many milliseconds.
 */

import { fromText } from "../../src/bytes/bytes.ts";
import { quoteRedis } from "../../src/bytes/quote.ts";
import { splitInline } from "../../src/resp/inline-arguments.ts";
import type { ParsedReply } from "../../src/resp/parsed-reply.ts";
import { Request } from "../../src/resp/request.ts";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import type { FakeClock } from "./fake-clock.ts";
import type { RespClient } from "./resp-client.ts";

const RULE = "----";

/** A reply as redis-cli shows it. */
export function showReply(reply: ParsedReply, indent = ""): string {
  switch (reply.kind) {
    case "status":
      return reply.text;
    case "error":
      return `(error) ${reply.text}`;
    case "integer":
      return `(integer) ${reply.value}`;
    case "bulk":
      return quoteRedis(reply.bytes);
    case "null":
      return "(nil)";
    case "array": {
      if (reply.items.length === 0) return "(empty array)";
      const width = `${reply.items.length}`.length;
      return reply.items
        .map((item, index) => {
          const number = `${`${index + 1}`.padStart(width)}) `;
          const lead = index === 0 ? "" : indent;
          return lead + number + showReply(item, indent + " ".repeat(number.length));
        })
        .join("\n");
    }
    default:
      throw new Error(`transcripts speak RESP2, not ${reply.kind}`);
  }
}

function wordsOf(line: string): Uint8Array[] {
  const bytes = fromText(line);
  const request = new Request();
  splitInline(bytes, 0, bytes.length, request);
  return request.own();
}

/** Runs a transcript and answers it with the replies that came. */
export async function replayTranscript(
  text: string,
  client: RespClient,
  time: FakeClock,
): Promise<string> {
  const blocks = text.trimEnd().split(/\n\n+/);
  const replayed: string[] = [];
  for (const block of blocks) {
    const [head = ""] = block.split(`\n${RULE}`);
    const replies: string[] = [];
    for (const line of head.split("\n")) {
      if (line.startsWith("#")) continue;
      const [, ms] = /^@advance (\d+)$/.exec(line) ?? [];
      if (ms !== undefined) {
        time.advance(Number(ms));
        continue;
      }
      client.sendBytes(encodeRequest(wordsOf(line)));
      replies.push(showReply(await client.read()));
    }
    replayed.push(replies.length === 0 ? head : [head, RULE, ...replies].join("\n"));
  }
  return `${replayed.join("\n\n")}\n`;
}
