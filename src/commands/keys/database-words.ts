/** Words that name databases, and the ones that say how to flush them. */
import type { Bytes } from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import { CommandError, errors } from "../../errors.ts";
import { type Arg, bytes } from "../args.ts";

const INT32_MIN = -(2n ** 31n);
const INT32_MAX = 2n ** 31n - 1n;

/**
 * An integer of 32 bits: a database's number, whether there is one or not.
 *
 * @param error text for whatever is none; without it Redis's two, which tell the reasons apart
 */
export function int32(name: string, error?: string): Arg<number> {
  const word = bytes(name, "integer");
  return {
    ...word,
    read(words) {
      const value = parseInt64(words.next());
      if (value === null) throw new CommandError(error ?? errors.notInteger);
      if (value < INT32_MIN || value > INT32_MAX) throw new CommandError(error ?? errors.notInt32);
      return Number(value);
    },
  };
}

/** `ASYNC` or `SYNC`, which mean the same here; anything else is a syntax error, not a wrong count of words. */
export const flushMode: Arg<Bytes | null> = {
  min: 0,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    if (words.left === 0) return null;
    const mode = words.peek();
    const known = words.take("ASYNC") || words.take("SYNC");
    if (!known || words.left > 0) throw new CommandError(errors.syntax);
    return mode;
  },
  docs: [
    {
      name: "flush-type",
      type: "oneof",
      optional: true,
      arguments: [
        { name: "async", type: "pure-token", token: "ASYNC" },
        { name: "sync", type: "pure-token", token: "SYNC" },
      ],
    },
  ],
};
