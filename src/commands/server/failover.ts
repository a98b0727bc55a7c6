/** FAILOVER: this server hands over to one of its slaves. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { CommandError, errors } from "../../errors.ts";
import { OK } from "../../resp/reply.ts";
import type { ArgumentDoc } from "../args.ts";
import { command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import { rawWords } from "../raw-words.ts";
import type { FailoverRequest } from "../replication.ts";

const DOCS: readonly ArgumentDoc[] = [
  {
    name: "target",
    type: "block",
    token: "TO",
    optional: true,
    arguments: [
      { name: "host", type: "string" },
      { name: "port", type: "integer" },
      { name: "force", type: "pure-token", token: "FORCE", optional: true },
    ],
  },
  { name: "abort", type: "pure-token", token: "ABORT", optional: true },
  { name: "milliseconds", type: "integer", token: "TIMEOUT", optional: true },
];

/** An integer. @throws {CommandError} it is none */
function integerOf(word: Bytes): number {
  const value = parseSafeInteger(word);
  if (Number.isNaN(value)) throw new CommandError(errors.notInteger);
  return value;
}

/** What the words ask for, each at most once. @throws {CommandError} nothing that makes sense */
function parse(words: readonly Bytes[]): FailoverRequest {
  let request: FailoverRequest = { target: null, isForced: false, timeoutMs: 0 };
  for (let at = 0; at < words.length; at++) {
    const is = (name: string) => equalsIgnoreCase(words[at]!, name);
    const [first, second] = [words[at + 1], words[at + 2]];
    if (is("TIMEOUT") && first !== undefined && request.timeoutMs === 0) {
      const timeoutMs = integerOf(first);
      if (timeoutMs <= 0) throw new CommandError("ERR FAILOVER timeout must be greater than 0");
      request = { ...request, timeoutMs };
      at++;
    } else if (is("TO") && second !== undefined && request.target === null) {
      request = { ...request, target: { host: mapKey(first!), port: integerOf(second) } };
      at += 2;
    } else if (is("FORCE") && !request.isForced) {
      request = { ...request, isForced: true };
    } else {
      throw new CommandError(errors.syntax);
    }
  }
  return request;
}

function failover({ server: { replication } }: Context, words: readonly Bytes[]): Answer {
  if (words.length === 1 && equalsIgnoreCase(words[0]!, "ABORT")) {
    return replication.abortFailover().then(() => OK);
  }
  replication.failOver(parse(words));
  return OK;
}

export const failoverCommand = command("server", {
  name: "FAILOVER",
  summary: "Hands over to a slave, once it has all that was written.",
  since: "6.2.0",
  flags: ["admin", "noscript", "stale", "waits"],
  args: [rawWords(0, DOCS)],
  run: failover,
});
