/** Sorting that can be interrupted: for so many items that other work has to come in between. */

/** Items that are sorted in one go, some tens of microseconds. */
const RUN_ITEMS = 256;
/** Items that are merged between two yields. */
const MERGED_ITEMS = 512;

/** Answers the items in order; equal ones stay in theirs. `items` is used up. Yields wherever it may be interrupted. */
export function* mergeSort<T>(
  items: T[],
  compare: (a: T, b: T) => number,
): Generator<void, T[], void> {
  const { length } = items;
  if (length <= RUN_ITEMS) return items.sort(compare);
  let source: T[] = [];
  for (let at = 0; at < length; at += RUN_ITEMS) {
    for (const item of items.slice(at, at + RUN_ITEMS).sort(compare)) source.push(item);
    yield;
  }
  let target = items;
  for (let width = RUN_ITEMS; width < length; width *= 2) {
    yield* mergePairs(source, target, width, compare);
    [source, target] = [target, source];
  }
  return source;
}

/** Merges the runs of `width` items of `source` two by two into `target`. */
function* mergePairs<T>(
  source: readonly T[],
  target: T[],
  width: number,
  compare: (a: T, b: T) => number,
): Generator<void, void, void> {
  const { length } = source;
  for (let start = 0; start < length; start += 2 * width) {
    const middle = Math.min(start + width, length);
    const end = Math.min(middle + width, length);
    let left = start;
    let right = middle;
    for (let at = start; at < end; at++) {
      const takesLeft =
        left < middle && (right === end || compare(source[left]!, source[right]!) <= 0);
      target[at] = takesLeft ? source[left++]! : source[right++]!;
      if (at % MERGED_ITEMS === 0) yield;
    }
  }
}
