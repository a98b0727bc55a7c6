/** The shell on a terminal: line editing, history, completion, hints, and Ctrl-C. */
import { createInterface, type Interface } from "node:readline";
import { fromText } from "../../bytes/bytes.ts";
import type { CommandCatalog } from "./command-catalog.ts";
import { textWords } from "./command-words.ts";
import { isSecret, type ShellHistory } from "./shell-history.ts";
import { runLine, type ShellContext } from "./shell-line.ts";

/** Width of a terminal that does not tell. */
const COLUMNS_UNKNOWN = 80;

const CLEAR_TO_END = "\x1b[K";

/** Words of a line whose last one is being typed; that one is "" behind a blank. */
export function typedWords(line: string): string[] {
  const words = textWords(line);
  return line === "" || /\s$/.test(line) ? [...words, ""] : words;
}

/** What readline wants to know: whole replacements, and the part of the line that they replace. */
export function completionsOf(catalog: CommandCatalog, line: string): [string[], string] {
  const words = typedWords(line);
  const typed = words.at(-1) ?? "";
  // A quoted word is a value: nothing to complete.
  if (!line.endsWith(typed)) return [[], ""];
  return [catalog.complete(words).map((word) => `${word} `), typed];
}

/** Grey text behind the cursor; "" when nothing is known, or no room is left. */
export function hintFor(catalog: CommandCatalog, line: string, roomLeft: number): string {
  if (line.trim() === "") return "";
  const hint = catalog.hint(textWords(line));
  const text = /\s$/.test(line) ? hint : ` ${hint}`;
  return hint === "" ? "" : text.slice(0, Math.max(0, roomLeft));
}

/** Readline's own list of lines, which its types leave out. */
interface WithHistory {
  history?: string[];
}

/** Runs until `quit`, Ctrl-D, or Ctrl-C on an empty line; answers the exit status. */
export async function interactiveShell(
  context: Omit<ShellContext, "clearScreen">,
  history: ShellHistory,
): Promise<number> {
  const { session, catalog, output } = context;
  const connection = await session.connect();
  if (connection !== null)
    catalog.adopt(await connection.call("COMMAND", "DOCS").catch(() => NONE));
  const reader = createInterface({
    input: process.stdin,
    output: process.stdout,
    completer: (line: string) => completionsOf(catalog, line),
    history: history.load(),
    historySize: 1000,
    removeHistoryDuplicates: true,
    terminal: true,
  });
  const state = { busy: false };
  showHints(reader, catalog, state);
  const full: ShellContext = {
    ...context,
    clearScreen: () => output.print("\x1b[H\x1b[2J"),
  };
  const ended = Promise.withResolvers<void>();
  const lines: string[] = [];
  const prompt = (): void => {
    reader.setPrompt(session.prompt);
    reader.prompt();
  };
  const work = async (): Promise<void> => {
    if (state.busy) return;
    state.busy = true;
    for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
      const outcome = await runLine(full, fromText(line), true);
      await output.flush();
      if (outcome === "quit") return reader.close();
      // A lost connection is made anew at once, so that the prompt tells the truth.
      if (!session.isConnected && outcome !== "lost") await session.connect();
    }
    state.busy = false;
    prompt();
  };
  reader.on("line", (line) => {
    const { history: kept } = reader as WithHistory;
    if (isSecret(line) && kept?.[0] === line) kept.shift();
    history.add(line);
    lines.push(line);
    work().catch(ended.reject);
  });
  reader.on("SIGINT", () => {
    if (state.busy) {
      lines.length = 0;
      return session.interrupt();
    }
    if (reader.line === "") return reader.close();
    reader.write(null, { ctrl: true, name: "e" });
    reader.write(null, { ctrl: true, name: "u" });
  });
  reader.on("close", () => ended.resolve());
  prompt();
  await ended.promise;
  session.close();
  output.print(state.busy ? "" : "\n");
  return 0;
}

const NONE = { kind: "null", form: "null" } as const;

/** Draws the arguments to come behind the cursor while it stands at the end of the line. */
function showHints(
  reader: Interface,
  catalog: CommandCatalog,
  state: { readonly busy: boolean },
): void {
  const { stdin, stdout } = process;
  const isAtEnd = (): boolean => !state.busy && reader.cursor === reader.line.length;
  stdin.prependListener("keypress", () => {
    if (isAtEnd()) stdout.write(CLEAR_TO_END);
  });
  stdin.on("keypress", () => {
    if (!isAtEnd()) return;
    const columns = stdout.columns || COLUMNS_UNKNOWN;
    const hint = hintFor(catalog, reader.line, columns - reader.getCursorPos().cols - 1);
    if (hint !== "") stdout.write(`\x1b[90m${hint}\x1b[0m\x1b[${hint.length}D`);
  });
}
