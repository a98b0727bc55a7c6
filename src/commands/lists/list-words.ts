/** Words that several list commands share. */
import type { Bytes } from "../../bytes/bytes.ts";
import { parseInt64, parseSafeInteger } from "../../bytes/integer.ts";
import type { ListEnd } from "../../database/lists/lists.ts";
import { CommandError, errors } from "../../errors.ts";
import { type Arg, type ArgumentDoc, choice, index, key } from "../args.ts";
import type { Words } from "../words.ts";

/** The next word as an integer of 64 bits, rounded to a double beyond 2^53; NaN when it is none. */
function nextInt64(words: Words): number {
  const text = words.next();
  const value = parseSafeInteger(text);
  if (!Number.isNaN(value)) return value;
  const wide = parseInt64(text);
  return wide === null ? Number.NaN : Number(wide);
}

/** An index that is checked where the list is: NaN when it is no integer. */
export function uncheckedIndex(): Arg<number> {
  return { min: 1, max: 1, read: nextInt64, docs: [{ name: "index", type: "integer" }] };
}

/** An integer of at least `min`; those beyond 2^53 are rounded. @throws {CommandError} `error`, if it is none */
export function atLeast(min: number, name: string, error: string): Arg<number> {
  return {
    min: 1,
    max: 1,
    docs: [{ name, type: "integer" }],
    read(words) {
      const value = nextInt64(words);
      if (!(value >= min)) throw new CommandError(error);
      return value;
    },
  };
}

/** Which match comes first; not 0. */
export function matchRank(): Arg<number> {
  const whole = index("rank");
  return {
    ...whole,
    read(words) {
      const rank = whole.read(words);
      if (rank === 0) throw new CommandError(errors.rankZero);
      return rank;
    },
  };
}

/** LEFT or RIGHT. */
export function listEnd(name: string): Arg<ListEnd> {
  const word = choice(name, ["LEFT", "RIGHT"]);
  return { ...word, read: (words) => (word.read(words) === "LEFT" ? "left" : "right") };
}

/** What LMPOP and BLMPOP pop. */
export interface MultiPop {
  readonly keys: readonly Bytes[];
  readonly end: ListEnd;
  readonly count: number;
}

const keyCount = atLeast(1, "numkeys", errors.noKeys);
const where = listEnd("where");
const popCount = atLeast(1, "count", errors.noCount);

/** `numkeys key [key ...] LEFT|RIGHT [COUNT count]`; COUNT at most once. */
export function multiPop(): Arg<MultiPop> {
  const keys: ArgumentDoc = { ...key().docs[0]!, multiple: true };
  return {
    min: 3,
    max: Number.POSITIVE_INFINITY,
    docs: [
      ...keyCount.docs,
      keys,
      ...where.docs,
      { ...popCount.docs[0]!, token: "COUNT", optional: true },
    ],
    read(words) {
      const wanted = keyCount.read(words);
      if (wanted >= words.left) throw new CommandError(errors.syntax);
      const keys = Array.from({ length: wanted }, () => words.next());
      const end = where.read(words);
      const count = words.left > 1 && words.take("COUNT") ? popCount.read(words) : 1;
      if (words.left > 0) throw new CommandError(errors.syntax);
      return { keys, end, count };
    },
  };
}
