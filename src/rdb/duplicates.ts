/** Finds members that occur twice, in four bytes a member. */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { hashBytes } from "../bytes/hash.ts";
import { atOnce, endsSlice, type Slices } from "./in-slices.ts";

const FIRST_CAPACITY = 64;

/**
 * How many members there are; null when one of them occurs twice. Goes through them once, and once more when
 * two have the same hash.
 *
 * @param members begins anew at every call
 */
export function countDifferent(members: () => Iterable<Bytes>): number | null {
  return atOnce(countingDifferent(members));
}

/** The same with pauses. */
export function* countingDifferent(members: () => Iterable<Bytes>): Slices<number | null> {
  const { count, shared } = yield* hashAll(members());
  if (shared.size === 0) return count;
  const seen = new Set<string>();
  let compared = 0;
  for (const member of members()) {
    if (endsSlice(++compared)) yield;
    if (!shared.has(hashBytes(member, 0, member.length))) continue;
    const before = seen.size;
    if (seen.add(mapKey(member)).size === before) return null;
  }
  return count;
}

/** Counts, and tells the hashes that more than one member has: few, as nobody outside knows the key of the hash. */
function* hashAll(members: Iterable<Bytes>): Slices<{ count: number; shared: Set<number> }> {
  let hashes = new Int32Array(FIRST_CAPACITY);
  let count = 0;
  for (const member of members) {
    if (count === hashes.length) {
      const larger = new Int32Array(count * 2);
      larger.set(hashes);
      hashes = larger;
    }
    hashes[count++] = hashBytes(member, 0, member.length);
    if (endsSlice(count)) yield;
  }
  const sorted = hashes.subarray(0, count).sort();
  const shared = new Set<number>();
  for (let i = 1; i < count; i++) if (sorted[i] === sorted[i - 1]) shared.add(sorted[i]!);
  return { count, shared };
}
