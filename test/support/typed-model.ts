/** A write of a crash test, and how one changes the model of a database. */
import { randomInt } from "node:crypto";
import type { Argument } from "./resp-client.ts";
import { emptyValue, type State, sizeOf, type TypedValue, type TypeName } from "./typed-values.ts";

export interface Write {
  readonly words: readonly Argument[];
  /** Does to the model what the server does; an error, such as of type, changes nothing. */
  apply(state: State): void;
}

/** Of each database: few, so that types replace one another. */
export const KEYS: readonly string[] = Array.from({ length: 14 }, (_, i) => `k${i}`);
export const TYPES: readonly TypeName[] = ["string", "hash", "list", "set", "zset", "bitmap"];

export const chance = (percent: number): boolean => randomInt(100) < percent;

export const pick = <Item>(items: readonly Item[]): Item => items[randomInt(items.length)]!;

export function many<Item>(most: number, item: () => Item): Item[] {
  return Array.from({ length: randomInt(1, most + 1) }, item);
}

/** What random writes name. */
export const field = (): string => `f${randomInt(40)}`;
export const item = (): string => `i${randomInt(9)}`;
export const member = (): string => `m${randomInt(60)}`;

/** A key where this type is at home; now and then another one. */
export function keyFor(type: TypeName): string {
  if (chance(2)) return pick(KEYS);
  const home = TYPES.indexOf(type);
  return pick(KEYS.filter((_, i) => i % TYPES.length === home));
}

type Typed<Type extends TypeName> = Extract<TypedValue, { type: Type }>;

/** The value at a key; undefined when there is none, null when it is of another type. */
export function valueAt<Type extends TypeName>(
  state: State,
  key: string,
  type: Type,
): Typed<Type> | undefined | null {
  const value = state.get(key)?.value;
  return value === undefined || value.type === type ? (value as Typed<Type> | undefined) : null;
}

/**
 * Changes what a key holds, or an empty value that it gets so; one without elements goes with its key.
 *
 * @param creates whether a missing key gets a value; otherwise nothing happens
 */
export function change<Type extends TypeName>(
  state: State,
  key: string,
  type: Type,
  doChange: (value: Typed<Type>) => void,
  creates = true,
): void {
  const found = valueAt(state, key, type);
  if (found === null || (found === undefined && !creates)) return;
  const value = found ?? emptyValue(type);
  doChange(value);
  if (sizeOf(value) === 0) state.delete(key);
  else if (found === undefined) state.set(key, { value, hasTtl: false });
}

/** As `change`, for what is told as the value's content before and after; a missing key stays missing. */
export function changeItems(
  state: State,
  key: string,
  changed: (items: string[]) => string[],
): void {
  const doChange = (list: Typed<"list">): void => {
    list.items = changed(list.items);
  };
  change(state, key, "list", doChange, false);
}

/** Stores a value without TTL in place of whatever was there; nothing, when it has no elements. */
export function replace(state: State, key: string, value: TypedValue): void {
  if (sizeOf(value) === 0 && value.type !== "string") state.delete(key);
  else state.set(key, { value, hasTtl: false });
}
