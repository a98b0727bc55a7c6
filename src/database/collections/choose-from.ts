/** Choosing by chance among items that are all at hand. */
import type { Bytes } from "../../bytes/bytes.ts";

/** How many fields are to be chosen by chance. */
export interface FieldChoice {
  readonly count: number;
  /** True: always `count` of them, some more than once. False: different ones, fewer if there are not so many. */
  readonly repeats: boolean;
}

/** @param random a number in [0, 1) */
export function chooseFrom(
  items: readonly Bytes[],
  { count, repeats }: FieldChoice,
  random: () => number = Math.random,
): Bytes[] {
  const below = (end: number) => Math.floor(random() * end);
  if (items.length === 0) return [];
  if (repeats) return Array.from({ length: count }, () => items[below(items.length)]!);
  const rest = [...items];
  const chosen: Bytes[] = [];
  while (chosen.length < count && rest.length > 0) {
    const at = below(rest.length);
    chosen.push(rest[at]!);
    rest[at] = rest.at(-1)!;
    rest.pop();
  }
  return chosen;
}
