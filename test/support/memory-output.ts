/** What a tool printed, kept for the test. */
import type { TextOutput } from "../../src/cli/text-output.ts";

export interface MemoryOutput extends TextOutput {
  /** Everything for stdout so far. */
  readonly text: string;
  /** Everything for stderr so far. */
  readonly errors: string;
}

export function memoryOutput(): MemoryOutput {
  let text = "";
  let errors = "";
  return {
    get text() {
      return text;
    },
    get errors() {
      return errors;
    },
    print(more) {
      text += more;
    },
    printError(more) {
      errors += more;
    },
    flush: () => Promise.resolve(),
  };
}

/** The texts as a stream of bytes, cut where the list says. */
export async function* chunksOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text, "latin1");
}
