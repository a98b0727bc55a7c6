/** Finding options by name: in any spelling, and the nearest one to a misspelt name. */

import type { OptionRow } from "./option-row.ts";
import { type OptionName, options } from "./options.ts";

export type NamedOption = OptionRow & { readonly name: OptionName };

/** The spelling that all spellings of a name share: small letters, "-" for "_". */
export function canonicalName(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

const rows: readonly NamedOption[] = options;

/** Every option under each of its names, in canonical spelling. */
const rowsByName: ReadonlyMap<string, NamedOption> = new Map(
  rows.flatMap((row) =>
    [row.name, ...(row.aliases ?? [])].map((name) => [canonicalName(name), row] as const),
  ),
);

/** The option with this name or alias, in any spelling; null when there is none. */
export function findOption(name: string): NamedOption | null {
  return rowsByName.get(canonicalName(name)) ?? null;
}

/** True for options whose value logs must not show, in any spelling. */
export function isSecretOption(name: string): boolean {
  return findOption(name)?.secret ?? false;
}

/** `; did you mean "x"?` with the option whose name is nearest, or "" when none is near. */
export function suggestOption(name: string): string {
  const wanted = canonicalName(name);
  let nearest = "";
  let nearestDistance = Math.max(2, Math.floor(wanted.length / 4)) + 1;
  for (const [known, row] of rowsByName) {
    const distance = editDistance(wanted, known);
    if (distance >= nearestDistance) continue;
    nearest = known === canonicalName(row.name) ? row.name : known;
    nearestDistance = distance;
  }
  return nearest === "" ? "" : `; did you mean "${nearest}"?`;
}

/** Characters to insert, delete or replace to turn one word into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}
