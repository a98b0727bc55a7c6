/** The words behind a script or the name of a function: keys behind their number, which may be 0, and what else it gets. */
import { type Bytes, equalsIgnoreCase } from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import { CommandError, errors } from "../../errors.ts";
import type { Arg } from "../args.ts";

export interface ScriptWords {
  readonly keys: readonly Bytes[];
  readonly args: readonly Bytes[];
}

/** Whether FLUSH may have this word, which says nothing here; undefined: none. */
export function isFlushMode(mode: Bytes | undefined): boolean {
  return mode === undefined || equalsIgnoreCase(mode, "SYNC") || equalsIgnoreCase(mode, "ASYNC");
}

/**
 * Read when `run` calls it: a script that is not known is the first thing to be told.
 *
 * @param notInteger error text for a number of keys that is none
 */
export function scriptWords(notInteger: string): Arg<() => ScriptWords> {
  return {
    min: 1,
    max: Number.POSITIVE_INFINITY,
    docs: [
      { name: "numkeys", type: "integer" },
      { name: "key", type: "key", optional: true, multiple: true },
      { name: "arg", type: "string", optional: true, multiple: true },
    ],
    read(words) {
      const number = words.next();
      const rest: Bytes[] = [];
      while (words.left > 0) rest.push(words.next());
      return () => {
        const count = parseInt64(number);
        if (count === null) throw new CommandError(notInteger);
        if (count > rest.length) throw new CommandError(errors.keyCountTooLarge);
        if (count < 0) throw new CommandError(errors.negativeKeys);
        return { keys: rest.slice(0, Number(count)), args: rest.slice(Number(count)) };
      };
    },
  };
}
