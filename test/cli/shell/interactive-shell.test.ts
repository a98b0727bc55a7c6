import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandCatalog } from "../../../src/cli/shell/command-catalog.ts";
import { completionsOf, hintFor, typedWords } from "../../../src/cli/shell/interactive-shell.ts";
import { startServer } from "../../support/start-server.ts";

const MAIN = join(import.meta.dir, "../../../src/main.ts");
const catalog = new CommandCatalog();

test("the last word is the one being typed; behind a blank it is empty", () => {
  expect(typedWords("")).toEqual([""]);
  expect(typedWords("get")).toEqual(["get"]);
  expect(typedWords("get ")).toEqual(["get", ""]);
});

test("completions replace the word being typed", () => {
  expect(completionsOf(catalog, "hgeta")).toEqual([["hgetall "], "hgeta"]);
  expect(completionsOf(catalog, "CLIENT LI")).toEqual([["LIST "], "LI"]);
  expect(completionsOf(catalog, 'set k "n"')).toEqual([[], ""]);
});

test("hints stand one blank behind the line and never beyond the terminal", () => {
  expect(hintFor(catalog, "", 80)).toBe("");
  expect(hintFor(catalog, "get", 80)).toBe(" key");
  expect(hintFor(catalog, "get ", 80)).toBe("key");
  expect(hintFor(catalog, "get k", 80)).toBe("");
  expect(hintFor(catalog, "lrange ", 5)).toBe("key s");
  expect(hintFor(catalog, "lrange ", -1)).toBe("");
});

/** A shell on a terminal of its own. */
function startShell(port: number, historyPath: string) {
  let screen = "";
  const changed: (() => void)[] = [];
  const child = Bun.spawn([process.execPath, MAIN, "cli", "-p", String(port)], {
    env: { ...process.env, LEDIS_HISTFILE: historyPath, TERM: "xterm" },
    terminal: {
      cols: 100,
      rows: 30,
      data(_, bytes) {
        screen += Buffer.from(bytes).toString("latin1");
        for (const notice of changed.splice(0)) notice();
      },
    },
  });
  return {
    exited: child.exited,
    /** Types the keys, and resolves when the text has appeared behind them. */
    async type(keys: string, awaited: string): Promise<void> {
      const from = screen.length;
      child.terminal!.write(keys);
      while (!screen.slice(from).includes(awaited)) {
        await new Promise<void>((resolve) => changed.push(resolve));
      }
    },
    end: () => child.kill(),
  };
}

test("on a terminal: hints, completion, transactions, Ctrl-C, and a history without passwords", async () => {
  await using server = await startServer();
  const historyPath = join(server.directory, "history");
  const shell = startShell(server.port, historyPath);
  const prompt = `127.0.0.1:${server.port}> `;
  try {
    await shell.type("", prompt);
    await shell.type("hget", "key field");
    await shell.type("a", "a");
    await shell.type("\t", "ll ");
    await shell.type("h\r", "(empty array)");
    await shell.type("auth secret\r", "(error) ERR AUTH");
    await shell.type("multi\r", "(TX)> ");
    await shell.type("discard\r", prompt);
    await shell.type("blpop nolist 0\r", "\r\n");
    await shell.type("\x03", prompt);
    await shell.type("subscribe c\r", "(integer) 1");
    await shell.type("\x03", prompt);
    await shell.type("\x1b[A", "subscribe c");
    await shell.type("\x03", prompt);
    await shell.type("ping\r", "PONG");
    await shell.type("quit\r", "");
    expect(await shell.exited).toBe(0);
  } finally {
    shell.end();
  }
  expect(readFileSync(historyPath, "utf8").split("\n")).toEqual([
    ...["hgetall h", "multi", "discard", "blpop nolist 0", "subscribe c", "ping", "quit", ""],
  ]);
});
