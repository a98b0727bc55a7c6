/** Arguments of commands that read their words themselves, for what no combinator of args.ts says. */
import type { Bytes } from "../bytes/bytes.ts";
import type { Arg, ArgumentDoc } from "./args.ts";

/** All words that are left, at least `min`. `docs` tells clients what they are. */
export function rawWords(min: number, docs: readonly ArgumentDoc[]): Arg<Bytes[]> {
  return {
    min,
    max: Number.POSITIVE_INFINITY,
    docs,
    read(words) {
      const all: Bytes[] = [];
      while (words.left > 0) all.push(words.next());
      return all;
    },
  };
}
