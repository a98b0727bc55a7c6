/** The registers of a HyperLogLog: which of them an element raises, and to what. Redis's parameters. */
import { type Hash64, murmurHash64A } from "../../bytes/murmur-hash.ts";
import { type AnyBytes, Stretch } from "../../bytes/stretch.ts";

/** Bits of an element's hash that choose its register. */
const INDEX_BITS = 14;
/** How many registers there are. */
export const REGISTERS = 1 << INDEX_BITS;
/** The highest rank that an element can have; a register may hold up to 63. */
export const RANK_MAX = 64 - INDEX_BITS + 1;

const SEED = 0xadc83b19;
/** Bits of the hash's low half behind those of the index. */
const LOW_RANK_BITS = 32 - INDEX_BITS;

/** One byte for each register, its value: the highest rank seen there, 0 for none. */
export type Registers = Uint8Array;

/** Where an element belongs. */
export interface Place {
  /** Of the register, in [0, REGISTERS). */
  index: number;
  /** 1 + the zero bits before the first 1 in what the hash has besides the index: in [1, RANK_MAX]. */
  rank: number;
}

const hash: Hash64 = { low: 0, high: 0 };

/** Finds out where an element belongs, and stores it in `place`. Allocates nothing. */
export function placeElement(element: AnyBytes, place: Place): void {
  if (element instanceof Stretch) {
    murmurHash64A(element.buffer, element.start, element.end, SEED, hash);
  } else {
    murmurHash64A(element, 0, element.length, SEED, hash);
  }
  const { low, high } = hash;
  place.index = low & (REGISTERS - 1);
  const rest = low >>> INDEX_BITS;
  const zeros = rest === 0 ? LOW_RANK_BITS + trailingZeros(high) : trailingZeros(rest);
  place.rank = Math.min(zeros + 1, RANK_MAX);
}

/** Zero bits below the lowest 1 of a word; 32 when there is none. */
function trailingZeros(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word);
}
