/** Arguments of several sorted-set commands. */
import type { Bytes } from "../../bytes/bytes.ts";
import { parseDouble } from "../../bytes/double.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import type { Weighting } from "../../database/zsets/zset-algebra.ts";
import type { ScoredMember } from "../../database/zsets/zset-ranges.ts";
import type { AddOptions } from "../../database/zsets/zsets.ts";
import { CommandError, errors, noInputKeys } from "../../errors.ts";
import { type Arg, type ArgumentDoc, bytes, choice, double, index, key, tuple } from "../args.ts";
import { atLeast } from "../lists/list-words.ts";
import type { Words } from "../words.ts";

/** What ZADD and ZINCRBY do. */
export interface Addition {
  readonly members: readonly ScoredMember[];
  readonly options: AddOptions;
  /** Members with a new score are counted as well. */
  readonly countsChanged: boolean;
}

const ADD_WORDS = ["NX", "XX", "GT", "LT", "CH", "INCR"] as const;

const token = (name: string): ArgumentDoc => ({
  name: name.toLowerCase(),
  type: "pure-token",
  token: name,
});

const scoreAndMember = tuple(double("score"), bytes("member"));

/** `[NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]`. Members are views. */
export const addition: Arg<Addition> = {
  min: 2,
  max: Number.POSITIVE_INFINITY,
  docs: [
    { name: "condition", type: "oneof", optional: true, arguments: [token("NX"), token("XX")] },
    { name: "comparison", type: "oneof", optional: true, arguments: [token("GT"), token("LT")] },
    { ...token("CH"), name: "change", optional: true },
    { ...token("INCR"), name: "increment", optional: true },
    { ...scoreAndMember.docs[0]!, multiple: true },
  ],
  read: (words) => readAddition(words, false),
};

/** `increment member`, behind what nobody would write but Redis takes. */
export const increment: Arg<Addition> = {
  min: 2,
  max: 2,
  docs: [
    { name: "increment", type: "double" },
    { name: "member", type: "string" },
  ],
  read: (words) => readAddition(words, true),
};

function readAddition(words: Words, increments: boolean): Addition {
  const given = { NX: false, XX: false, GT: false, LT: false, CH: false, INCR: increments };
  for (;;) {
    const word = ADD_WORDS.find((name) => words.take(name));
    if (word === undefined) break;
    given[word] = true;
  }
  const { NX, XX, GT, LT, CH, INCR } = given;
  if (words.left === 0 || words.left % 2 !== 0) throw new CommandError(errors.syntax);
  if (NX && XX) throw new CommandError(errors.addConditions);
  if (Number(NX) + Number(GT) + Number(LT) > 1) throw new CommandError(errors.addComparisons);
  if (INCR && words.left > 2) throw new CommandError(errors.addIncrement);
  const members: ScoredMember[] = [];
  while (words.left > 0) {
    const score = parseDouble(words.next());
    if (Number.isNaN(score)) throw new CommandError(errors.notFloat);
    members.push({ score, member: words.next() });
  }
  return {
    members,
    options: {
      condition: NX ? "NX" : XX ? "XX" : null,
      comparison: GT ? "GT" : LT ? "LT" : null,
      increments: INCR,
    },
    countsChanged: CH,
  };
}

/** `numkeys key [key ...]`. @param command in lower case @throws {CommandError} no number of keys, or too few keys */
export function inputKeys(command: string): Arg<Bytes[]> {
  const count = index("numkeys");
  return {
    min: 2,
    max: Number.POSITIVE_INFINITY,
    docs: [...count.docs, { ...key().docs[0]!, multiple: true }],
    read(words) {
      const wanted = count.read(words);
      if (wanted < 1) throw new CommandError(noInputKeys(command));
      if (wanted > words.left) throw new CommandError(errors.syntax);
      return Array.from({ length: wanted }, () => words.next());
    },
  };
}

/** Which options follow the keys of a union and its kin. */
export interface CombinationForm {
  readonly weighting: boolean;
  readonly scores: boolean;
}

export interface Combination extends Weighting {
  readonly withScores: boolean;
}

const aggregate = choice("aggregate", ["SUM", "MIN", "MAX"]);

/** `[WEIGHTS weight ...] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]`, to be read when the number of keys is known. */
export function combinationOptions(form: CombinationForm): Arg<(keys: number) => Combination> {
  const weighting: ArgumentDoc[] = [
    { name: "weight", type: "integer", token: "WEIGHTS", optional: true, multiple: true },
    { ...aggregate.docs[0]!, token: "AGGREGATE", optional: true },
  ];
  return {
    min: 0,
    max: Number.POSITIVE_INFINITY,
    docs: [
      ...(form.weighting ? weighting : []),
      ...(form.scores ? [{ ...token("WITHSCORES"), optional: true }] : []),
    ],
    read: (words) => (keys) => readCombination(words, keys, form),
  };
}

function readCombination(words: Words, keys: number, form: CombinationForm): Combination {
  let weights: number[] | null = null;
  let combined: Weighting["aggregate"] = "SUM";
  let withScores = false;
  while (words.left > 0) {
    if (form.weighting && words.left > keys && words.take("WEIGHTS")) {
      weights = Array.from({ length: keys }, () => {
        const weight = parseDouble(words.next());
        if (Number.isNaN(weight)) throw new CommandError(errors.weightNotFloat);
        return weight;
      });
    } else if (form.weighting && words.left > 1 && words.take("AGGREGATE")) {
      combined = aggregate.read(words);
    } else if (form.scores && words.take("WITHSCORES")) {
      withScores = true;
    } else {
      throw new CommandError(errors.syntax);
    }
  }
  return { weights, aggregate: combined, withScores };
}

/** What ZMPOP and BZMPOP pop. */
export interface MultiPop {
  readonly keys: readonly Bytes[];
  /** From the high end. */
  readonly reverse: boolean;
  readonly count: number;
}

const keyCount = atLeast(1, "numkeys", errors.noKeys);
const where = choice("where", ["MIN", "MAX"]);
const manyCount = atLeast(1, "count", errors.noCount);

/** `numkeys key [key ...] MIN|MAX [COUNT count]`; COUNT at most once. */
export const multiPop: Arg<MultiPop> = {
  min: 3,
  max: Number.POSITIVE_INFINITY,
  docs: [
    ...keyCount.docs,
    { ...key().docs[0]!, multiple: true },
    ...where.docs,
    { ...manyCount.docs[0]!, token: "COUNT", optional: true },
  ],
  read(words) {
    const wanted = keyCount.read(words);
    if (wanted >= words.left) throw new CommandError(errors.syntax);
    const keys = Array.from({ length: wanted }, () => words.next());
    const reverse = where.read(words) === "MAX";
    const count = words.left > 1 && words.take("COUNT") ? manyCount.read(words) : 1;
    if (words.left > 0) throw new CommandError(errors.syntax);
    return { keys, reverse, count };
  },
};

/** A count of 64 bits that may be negative, but not the least of all. @throws {CommandError} it is none */
export const randomCount: Arg<number> = {
  ...bytes("count", "integer"),
  read(words) {
    const value = parseInt64(words.next());
    if (value === null) throw new CommandError(errors.notInteger);
    if (value === -(2n ** 63n)) throw new CommandError(errors.notSymmetricInt64);
    return Number(value);
  },
};
