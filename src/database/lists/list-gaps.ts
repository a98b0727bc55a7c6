/** Removing items from the middle of a list: the longest run that stays does not move, the others close up to it. */
import type { ListItems } from "./list-items.ts";

/**
 * Removes the items with the sequence numbers `gaps` and makes the others consecutive again.
 *
 * REQUIRES: `gaps` ascending, not empty, and not all items.
 * @param head sequence number of the first of `size` items
 * @returns sequence number of the first item that is left
 */
export function closeGaps(
  items: ListItems,
  id: number,
  head: number,
  size: number,
  gaps: readonly number[],
): number {
  const split = gapsBeforeLongestRun(head, head + size, gaps);
  closeToOneSide(items, id, head, -1, gaps.slice(0, split).reverse());
  closeToOneSide(items, id, head + size - 1, 1, gaps.slice(split));
  return head + split;
}

/** How many items `closeGaps` moves or removes. @param gaps indexes, ascending, not empty */
export function closingCost(size: number, gaps: readonly number[]): number {
  const split = gapsBeforeLongestRun(0, size, gaps);
  const runStart = split === 0 ? 0 : gaps[split - 1]! + 1;
  return size - ((gaps[split] ?? size) - runStart);
}

/** How many gaps stand before the longest run of items without a gap. */
function gapsBeforeLongestRun(head: number, end: number, gaps: readonly number[]): number {
  let longest = -1;
  let before = 0;
  for (let i = 0; i <= gaps.length; i++) {
    const runStart = i === 0 ? head : gaps[i - 1]! + 1;
    const runEnd = gaps[i] ?? end;
    if (runEnd - runStart <= longest) continue;
    longest = runEnd - runStart;
    before = i;
  }
  return before;
}

/** Moves the items from the first gap outwards to the item `last` over the gaps, and removes the rows left over. */
function closeToOneSide(
  items: ListItems,
  id: number,
  last: number,
  step: 1 | -1,
  gaps: readonly number[],
): void {
  const first = gaps[0];
  if (first === undefined) return;
  let target = first;
  let closed = 0;
  items.each(id, first, Math.abs(last - first) + 1, step, (value, seq) => {
    if (seq === gaps[closed]) {
      closed++;
      return true;
    }
    items.put(id, target, value);
    target += step;
    return true;
  });
  for (let seq = target; seq !== last + step; seq += step) items.delete(id, seq);
}
