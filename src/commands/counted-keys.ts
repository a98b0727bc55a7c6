/** Keys behind their number: `numkeys key [key ...]`. */
import type { Bytes } from "../bytes/bytes.ts";
import { CommandError } from "../errors.ts";
import type { Arg } from "./args.ts";

/** Error texts; Redis has several wordings. */
export interface CountedKeysErrors {
  /** The number is none, or below 1. */
  readonly notPositive: string;
  /** There are fewer words than it says. */
  readonly tooMany: string;
}

/** As many keys as the word before them says. @throws {CommandError} that is no such number */
export function countedKeys(errors: CountedKeysErrors): Arg<Bytes[]> {
  return {
    min: 2,
    max: Number.POSITIVE_INFINITY,
    read(words) {
      const count = words.nextInteger();
      if (!(count >= 1)) throw new CommandError(errors.notPositive);
      if (count > words.left) throw new CommandError(errors.tooMany);
      return Array.from({ length: count }, () => words.next());
    },
    docs: [
      { name: "numkeys", type: "integer" },
      { name: "key", type: "key", multiple: true },
    ],
  };
}
