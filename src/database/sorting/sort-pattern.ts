/**
 * Patterns of SORT's BY and GET: `weight_*` names a string, `object_*->name` a field of a hash, where the element
 * stands for the first asterisk; `#` is the element itself.
 */
import { type Bytes, concatBytes } from "../../bytes/bytes.ts";
import { TYPE_HASH, TYPE_STRING } from "../../keyspace/rows/key-row.ts";
import type { Hashes } from "../hashes/hashes.ts";
import type { KeyTable } from "../key-table/key-table.ts";

const STAR = 0x2a;
const HASH_SIGN = 0x23;
const MINUS = 0x2d;
const GREATER = 0x3e;

/** True when the pattern's value does not depend on the element. */
export function isConstant(pattern: Bytes): boolean {
  return !pattern.includes(STAR);
}

/** Reads what a pattern stands for. */
export class SortPattern {
  readonly #isElement: boolean;
  /** What stands before and behind the element in the key's name; null: there is no such key. */
  readonly #around: { readonly prefix: Bytes; readonly suffix: Bytes } | null;
  readonly #field: Bytes | null;

  /** @param pattern must not change */
  constructor(pattern: Bytes) {
    const star = pattern.indexOf(STAR);
    const arrow = star < 0 ? -1 : findArrow(pattern, star + 1);
    this.#isElement = pattern.length === 1 && pattern[0] === HASH_SIGN;
    this.#field = arrow < 0 ? null : pattern.subarray(arrow + 2);
    this.#around =
      star < 0
        ? null
        : {
            prefix: pattern.subarray(0, star),
            suffix: pattern.subarray(star + 1, arrow < 0 ? pattern.length : arrow),
          };
  }

  /** The value for an element, as a view; null when there is no such key or field, or the key holds another type. */
  valueOf(element: Bytes, table: KeyTable, hashes: Hashes): Bytes | null {
    if (this.#isElement) return element;
    if (this.#around === null) return null;
    const key = concatBytes(this.#around.prefix, element, this.#around.suffix);
    const row = table.find(key);
    if (row === null) return null;
    if (this.#field === null) return row.type === TYPE_STRING ? row.rest() : null;
    return row.type === TYPE_HASH ? hashes.get(key, this.#field) : null;
  }
}

/** Where `->` with a field behind it stands, from `from` on; -1: nowhere. Only the first arrow counts. */
function findArrow(pattern: Bytes, from: number): number {
  for (let at = from; at + 1 < pattern.length; at++) {
    if (pattern[at] === MINUS && pattern[at + 1] === GREATER) {
      return at + 2 < pattern.length ? at : -1;
    }
  }
  return -1;
}
