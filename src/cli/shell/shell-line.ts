/** One line of the shell: what the shell does itself, and what it sends. */
import { type Bytes, toText } from "../../bytes/bytes.ts";
import type { TextOutput } from "../text-output.ts";
import type { CliSession, Outcome } from "./cli-session.ts";
import type { CommandCatalog } from "./command-catalog.ts";
import { splitWords, upperWord } from "./command-words.ts";
import { helpText } from "./shell-help.ts";

export interface ShellContext {
  readonly session: CliSession;
  readonly catalog: CommandCatalog;
  readonly output: TextOutput;
  /** Empties the screen; null when there is none. */
  readonly clearScreen: (() => void) | null;
}

/** From this many ms on, people are told how long a command took. */
const SLOW_MS = 500;

/** `quit`: the shell was told to end. */
export type LineOutcome = Outcome | "quit";

/**
 * Runs a line: blank ones and those that begin with `#` do nothing, `3 INCR n` runs INCR three times,
 * `help`, `connect`, `clear`, `quit` and `exit` are the shell's own.
 *
 * @param tellsTime whether to print how long a slow command took
 */
export async function runLine(
  context: ShellContext,
  line: Bytes,
  tellsTime: boolean,
): Promise<LineOutcome> {
  const words = splitWords(line);
  if (words === null) {
    context.output.print("Invalid argument(s)\n");
    return "error";
  }
  if (words.length === 0) return "ok";
  const own = await runOwn(context, words);
  if (own !== null) return own;
  const repeats = words.length > 1 ? repeatCount(words[0]!) : 0;
  const command = repeats > 0 ? words.slice(1) : words;
  const start = performance.now();
  let outcome: Outcome = "ok";
  for (let run = 0; run < Math.max(1, repeats) && outcome !== "lost"; run++) {
    outcome = await context.session.run(command);
    if (context.session.wasInterrupted) break;
  }
  const tookMs = performance.now() - start;
  if (tellsTime && !context.session.wasInterrupted && tookMs >= SLOW_MS)
    context.output.print(`(${(tookMs / 1000).toFixed(2)}s)\n`);
  return upperWord(command, 0) === "QUIT" && outcome === "ok" ? "quit" : outcome;
}

/** What the shell does itself; null when the words are for the server. */
async function runOwn(context: ShellContext, words: readonly Bytes[]): Promise<LineOutcome | null> {
  switch (upperWord(words, 0)) {
    case "QUIT":
    case "EXIT":
      return "quit";
    case "HELP":
    case "?":
      context.output.print(helpText(context.catalog, words.slice(1).map(toText)));
      return "ok";
    case "CLEAR":
      context.clearScreen?.();
      return "ok";
    case "CONNECT": {
      const port = Number(toText(words[2] ?? words[0]!));
      if (words.length !== 3 || !(Number.isInteger(port) && port > 0 && port < 65536)) {
        context.output.print("Usage: connect HOST PORT\n");
        return "error";
      }
      await context.session.reconnect({ kind: "tcp", host: toText(words[1]!), port });
      return context.session.isConnected ? "ok" : "lost";
    }
    default:
      return null;
  }
}

/** 0 when the word is no count. */
function repeatCount(word: Bytes): number {
  const text = toText(word);
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
}
