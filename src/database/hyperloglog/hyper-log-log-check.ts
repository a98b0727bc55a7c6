/** PFSELFTEST: whether registers keep what they are given, in both encodings, and estimates are as good as promised. */
import { estimateCardinality } from "./cardinality.ts";
import { HyperLogLog } from "./hyper-log-log.ts";
import { type Place, placeElement, REGISTERS, type Registers } from "./registers.ts";

/** Elements shown, one after the other; the estimate is looked at whenever there are ten times as many. */
const ELEMENTS = 1_000_000;
/** Up to so many elements the sparse encoding is looked at as well. */
const SPARSE_ELEMENTS = 1000;
/** Elements between two moments at which the check may be interrupted. */
const STEP_ELEMENTS = 1000;
/** Standard error of an estimate, as a share of it. */
const STANDARD_ERROR = 1.04 / Math.sqrt(REGISTERS);
/** Errors that are larger than so many standard errors do not happen by chance. */
const ERRORS_MAX = 4;

/**
 * Shows the same elements to a dense HyperLogLog, a sparse one and a plain array, and compares. It yields about
 * every tenth of a millisecond.
 *
 * @returns what is wrong, in a few words; null: nothing
 */
export function* checkHyperLogLogs(): Generator<void, string | null, void> {
  const plain = new Uint8Array(REGISTERS);
  const sparse = HyperLogLog.empty();
  const dense = HyperLogLog.empty();
  dense.makeDense();
  const place: Place = { index: 0, rank: 0 };
  const element = new Uint8Array(8);
  const number = new DataView(element.buffer);
  for (let count = 1, checkAt = 1; count <= ELEMENTS; count++) {
    number.setUint32(0, count, true);
    placeElement(element, place);
    const { index, rank } = place;
    plain[index] = Math.max(plain[index]!, rank);
    dense.raise(index, rank, 0);
    if (count <= SPARSE_ELEMENTS) sparse.raise(index, rank, Number.POSITIVE_INFINITY);
    if (count === checkAt) {
      const wrong = findFault(plain, count <= SPARSE_ELEMENTS ? [dense, sparse] : [dense], count);
      if (wrong !== null) return wrong;
      checkAt *= 10;
    }
    if (count % STEP_ELEMENTS === 0) yield;
  }
  return null;
}

function findFault(
  plain: Registers,
  sketches: readonly HyperLogLog[],
  count: number,
): string | null {
  for (const sketch of sketches) {
    const registers = new Uint8Array(REGISTERS);
    sketch.mergeInto(registers);
    const index = registers.findIndex((rank, at) => rank !== plain[at]);
    if (index < 0) continue;
    return `Register ${index} of the ${sketch.encoding} encoding is ${registers[index]} instead of ${plain[index]}`;
  }
  const estimate = estimateCardinality(plain);
  const error = Math.abs(estimate - count);
  if (error <= Math.ceil(ERRORS_MAX * STANDARD_ERROR * count)) return null;
  return `${count} elements are estimated at ${estimate}`;
}
