/** The lines that somebody typed, kept from one shell to the next; never one with a password. */
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { isSecretOption } from "../../config/option-names.ts";
import { textWords } from "./command-words.ts";

/** Lines that are kept. */
const LINES_MAX = 1000;

/** Whether the line holds a password, or may. */
export function isSecret(line: string): boolean {
  const words = textWords(line).map((word) => word.toUpperCase());
  // Quotes that do not match say nothing: such a line may be anything.
  if (words.length === 0) return true;
  const first = words.findIndex((word) => !/^\d+$/.test(word));
  const [name = "", second = ""] = words.slice(first);
  if (name === "AUTH" || (name === "ACL" && second === "SETUSER")) return true;
  if (name === "CONFIG") return words.some((word) => /PASS/.test(word) || isSecretOption(word));
  return /^(HELLO|MIGRATE)$/.test(name) && words.some((word) => /^AUTH2?$/.test(word));
}

export class ShellHistory {
  readonly #path: string;

  /** @param path of the file; it is made, for its owner alone, when there is a line to keep */
  constructor(path: string) {
    this.#path = path;
  }

  /** The lines, newest first; none when the file cannot be read. Shortens a file grown too long. */
  load(): string[] {
    try {
      const lines = readFileSync(this.#path, "utf8").split("\n").filter(Boolean);
      if (lines.length > 2 * LINES_MAX) {
        const kept = lines.slice(-LINES_MAX);
        writeFileSync(this.#path, `${kept.join("\n")}\n`, { mode: 0o600 });
      }
      return lines.slice(-LINES_MAX).reverse();
    } catch {
      return [];
    }
  }

  /** Keeps a line, unless it is secret. A file that cannot be written is no reason to stop. */
  add(line: string): void {
    if (line.trim() === "" || isSecret(line)) return;
    try {
      if (existsSync(this.#path)) chmodSync(this.#path, 0o600);
      appendFileSync(this.#path, `${line}\n`, { mode: 0o600 });
    } catch {
      // No home, a full disk: the shell works without.
    }
  }
}
