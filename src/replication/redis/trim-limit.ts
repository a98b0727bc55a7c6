/**
 * XADD and XTRIM as Redis replicates them: a loose bound (`~`) has become the exact one (`=`) that was reached, and a
 * LIMIT still stands behind it, which nobody may say but a master.
 */
import { equalsIgnoreCase } from "../../bytes/bytes.ts";
import { Request } from "../../resp/request.ts";

/** Words before the options: the command's name and the key. */
const FIRST_OPTION = 2;
const NO_LIMIT = -1;

/** The request without `LIMIT <count>` behind an exact bound; the same one if there is none. */
export function withoutTrimLimit(request: Request): Request {
  const limit = limitBehindExact(request);
  if (limit === NO_LIMIT) return request;
  const words = request.own();
  words.splice(limit, 2);
  return Request.of(words);
}

/** Where LIMIT stands behind `MAXLEN|MINID = <bound>`. */
function limitBehindExact(request: Request): number {
  const is = (at: number, word: string) =>
    at < request.count && equalsIgnoreCase(request.bytes(at), word);
  // Before the bound there may be NOMKSTREAM, and nothing else.
  const bound = is(FIRST_OPTION, "NOMKSTREAM") ? FIRST_OPTION + 1 : FIRST_OPTION;
  const isExact = (is(bound, "MAXLEN") || is(bound, "MINID")) && is(bound + 1, "=");
  return isExact && is(bound + 3, "LIMIT") ? bound + 3 : NO_LIMIT;
}
