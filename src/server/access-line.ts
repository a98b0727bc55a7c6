/**
 * One line of the access log, as LedisDB writes it:
 *
 *     [2026/11/22 15:16:53] 127.0.0.1:49620 "set a 1" 0 [OK]
 */
import { type Bytes, concatBytes, fromMapKey, fromText, mapKey } from "../bytes/bytes.ts";
import { quoteGo } from "../bytes/quote.ts";
import type { Client } from "../commands/client.ts";
import type { Command } from "../commands/command.ts";
import type { Request } from "../resp/request.ts";
import { REDACTED, repeatsSecrets, secretWords } from "./secret-words.ts";

/** Where the request's text is cut, in bytes; a blank may follow. */
const REQUEST_BYTES_MAX = 256;

const BLANK = fromText(" ");

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** Local date as `2026-11-22`, with another separator if asked for. */
export function localDate(ms: number, separator = "-"): string {
  const time = new Date(ms);
  const parts = [time.getFullYear(), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())];
  return parts.join(separator);
}

function localTime(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(":");
}

/** The words joined by blanks and cut: the one that does not fit is the last, with what fits of it. */
function requestText(command: Command | null, request: Request): Bytes {
  const secrets = secretWords(command, request);
  const parts: Bytes[] = [];
  let length = 0;
  for (let index = 0; index < request.count && length < REQUEST_BYTES_MAX; index++) {
    const word = secrets.has(index) ? fromText(REDACTED) : request.bytes(index);
    const part = word.subarray(0, REQUEST_BYTES_MAX - length);
    parts.push(part);
    length += part.length;
    if (part.length < word.length || index === request.count - 1) continue;
    parts.push(BLANK);
    length++;
  }
  return concatBytes(...parts);
}

/** Text that quoting leaves as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quote(bytes: Bytes): string {
  const text = mapKey(bytes);
  return PLAIN.test(text) ? `"${text}"` : quoteGo(bytes);
}

/** An error's text, which may repeat a client's bytes, on one line of printable ASCII. */
function outcome(error: string | null): string {
  if (error === null) return "OK";
  const text = error.startsWith("ERR ") ? error.slice(4) : error;
  return text.trimEnd().replace(/[^ -~]/g, (character) => {
    if (character === "\r" || character === "\n") return " ";
    return quoteGo(fromMapKey(character)).slice(1, -1);
  });
}

/**
 * The line, newline included.
 *
 * @param timeMs ms since 1970
 * @param error the reply's text if it is an error
 */
export function accessLine(
  timeMs: number,
  client: Pick<Client, "address" | "isUnix">,
  command: Command | null,
  request: Request,
  durationUs: number,
  error: string | null,
): string {
  const address = client.isUnix ? "@" : client.address;
  const text = quote(requestText(command, request));
  const milliseconds = Math.floor(durationUs / 1000);
  const time = `${localDate(timeMs, "/")} ${localTime(timeMs)}`;
  const shownError = error !== null && repeatsSecrets(command) ? REDACTED : error;
  return `[${time}] ${address} ${text} ${milliseconds} [${outcome(shownError)}]\n`;
}
