/**
 * How many different elements the registers of a HyperLogLog have seen: Ertl's improved estimator, in the
 * steps of Redis, so that both round the same doubles.
 *
 * @see Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284
 */
import { RANK_MAX, REGISTERS, type Registers } from "./registers.ts";

/** 1 / (2 ln 2): the bias of infinitely many registers. */
const ALPHA_INFINITY = 0.7213475204444817;
/** A register has six bits. */
const VALUES = 64;

/**
 * The estimate, an integer. No elements bring it beyond the int64s; where registers that somebody made up do, it
 * is -2^63, which is what Redis answers.
 */
export function estimateCardinality(registers: Registers): number {
  const counts = new Uint32Array(VALUES);
  for (let index = 0; index < REGISTERS; index++) counts[registers[index]!]!++;
  let sum = REGISTERS * tau((REGISTERS - counts[RANK_MAX]!) / REGISTERS);
  for (let rank = RANK_MAX - 1; rank >= 1; rank--) sum = (sum + counts[rank]!) * 0.5;
  sum += REGISTERS * sigma(counts[0]! / REGISTERS);
  const estimate = Math.round((ALPHA_INFINITY * REGISTERS * REGISTERS) / sum);
  return estimate < 2 ** 63 ? estimate : -(2 ** 63);
}

/** What registers that are as high as can be add. @param share of the others, in [0, 1] */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let root = share;
  let factor = 1;
  let sum = 1 - share;
  let before: number;
  do {
    root = Math.sqrt(root);
    before = sum;
    factor *= 0.5;
    sum -= (1 - root) * (1 - root) * factor;
  } while (sum !== before);
  return sum / 3;
}

/** What registers that are 0 add; infinite when all are. @param share of them, in [0, 1] */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let power = share;
  let factor = 1;
  let sum = share;
  let before: number;
  do {
    power *= power;
    before = sum;
    sum += power * factor;
    factor += factor;
  } while (sum !== before);
  return sum;
}
