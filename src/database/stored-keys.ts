/**
 * Everything in SQLite that must agree, without a server: keys and their TTLs, collections and their rows,
 * counters, databases and what is to be removed. Checked, and derived anew.
 */
import { readU32, writeU32 } from "../binlog/event.ts";
import { quoteGo } from "../bytes/quote.ts";
import {
  collectionId,
  dueAtMs,
  expireAtMs,
  headBytes,
  ID_BYTES,
  rowType,
  TYPE_STRING,
} from "../keyspace/rows/key-row.ts";
import {
  META_NEXT_ID,
  META_NEXT_SPACE,
  META_SERVER,
  META_SPACE,
} from "../keyspace/rows/meta-rows.ts";
import { ELEMENT_KINDS, KIND_KEY, KIND_META, readU48, writeU48 } from "../keyspace/rows/row-key.ts";
import type {
  NamedCollection,
  SpaceRow,
  StoredKey,
  StoredRows,
} from "../keyspace/sqlite/stored-rows.ts";
import { BUILD_SPACE } from "./collections/builds.ts";
import { FIRST_FREE_SPACE } from "./key-table/spaces.ts";
import { checkCollection, mendCollection } from "./stored-collections.ts";

const PAGE_COLLECTIONS = 500;

/** Told of what is wrong, a line each. */
export type OnProblem = (problem: string) => void;

function nameOf({ space, key }: { space: number; key: Uint8Array }): string {
  return `key ${quoteGo(key)} (space ${space})`;
}

/** What is wrong with a key row by itself; null: nothing. */
function keyProblem({ value, expire_at }: StoredKey): string | null {
  const type = value.length === 0 ? 0 : rowType(value, 0);
  const head = value.length === 0 ? 1 : headBytes(value[0]! >= 0x80 ? 1 : 0);
  if (type === 0 || value.length < head + (type === TYPE_STRING ? 0 : ID_BYTES)) {
    return "its row is damaged";
  }
  if ((expire_at ?? 0) !== dueAtMs(value, 0, value.length))
    return "its TTL is not the one that is indexed";
  return null;
}

/** Spaces that databases have. */
class LiveSpaces {
  readonly #mapped = new Set<number>();
  readonly #moved = new Set<number>();

  constructor(rows: StoredRows) {
    for (const { number, value } of rows.metaRows(META_SPACE)) {
      this.#moved.add(number);
      if (value.length === 4) this.#mapped.add(readU32(value, 0));
    }
  }

  has(space: number): boolean {
    return (
      space === BUILD_SPACE ||
      this.#mapped.has(space) ||
      (space < FIRST_FREE_SPACE && !this.#moved.has(space))
    );
  }

  get highest(): number {
    return Math.max(FIRST_FREE_SPACE - 1, ...this.#mapped);
  }
}

/** What a walk over all keys finds out. */
interface KeySurvey {
  readonly spaces: readonly SpaceRow[];
  readonly highestId: number;
  /** Key rows that cannot be kept. */
  readonly broken: readonly StoredKey[];
}

/** Counts keys, and names collections in `rows`. */
function survey(rows: StoredRows, onProblem: OnProblem): KeySurvey {
  const counts = new Map<number, { space: number; keys: number; expires: number }>();
  const broken: StoredKey[] = [];
  let highestId = 0;
  rows.forgetNames();
  for (const row of rows.keyRows()) {
    const { space, key, value } = row;
    const problem = keyProblem(row);
    if (problem !== null) onProblem(`${nameOf(row)}: ${problem}`);
    const isBroken = problem === "its row is damaged";
    if (!isBroken && rowType(value, 0) !== TYPE_STRING) {
      const id = collectionId(value, 0);
      highestId = Math.max(highestId, id);
      if (!rows.name({ id, space, key, value })) {
        onProblem(`${nameOf(row)}: another key has the same elements`);
        broken.push(row);
        continue;
      }
    }
    if (isBroken || problem !== null) broken.push(row);
    if (isBroken) continue;
    const count = counts.get(space) ?? { space, keys: 0, expires: 0 };
    count.keys++;
    if (expireAtMs(value, 0) !== 0) count.expires++;
    counts.set(space, count);
  }
  return { spaces: [...counts.values()], highestId, broken };
}

/** All that `survey` has named, but for those that a crash found being filled: the next start removes them. */
function* collectionsOf(rows: StoredRows): Generator<NamedCollection> {
  let after = -1;
  for (;;) {
    const page = rows.named(after, PAGE_COLLECTIONS);
    yield* page.filter(({ space }) => space !== BUILD_SPACE);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

/** Compares everything with everything; changes nothing but names in `rows`. */
export function checkKeys(rows: StoredRows, onProblem: OnProblem): void {
  const { spaces, highestId } = survey(rows, onProblem);
  checkSpaces(rows, spaces, onProblem);
  for (const named of collectionsOf(rows)) {
    if (rows.isGarbage("collection", named.id)) {
      onProblem(`${nameOf(named)}: its elements are listed as garbage`);
    }
    const problem = checkCollection(rows, named);
    if (problem !== null) onProblem(`${nameOf(named)}: ${problem}`);
  }
  for (const kind of ELEMENT_KINDS) {
    const { length } = rows.orphans(kind);
    if (length > 0) onProblem(`${length} collections have rows of kind ${kind}, but no key`);
  }
  const nextId = rows.metaRows(META_NEXT_ID)[0]?.value;
  if (highestId > 0 && (nextId?.length !== 6 || readU48(nextId, 0) <= highestId)) {
    onProblem(`collection ${highestId} is there, but its number was never given out`);
  }
}

function checkSpaces(rows: StoredRows, spaces: readonly SpaceRow[], onProblem: OnProblem): void {
  const live = new LiveSpaces(rows);
  const counted = new Map(spaces.map((row) => [row.space, row]));
  const stored = new Map(rows.spaces().map((row) => [row.space, row]));
  for (const space of new Set([...counted.keys(), ...stored.keys()])) {
    if (rows.isGarbage("space", space)) {
      if (live.has(space)) onProblem(`space ${space} is listed as garbage, but a database has it`);
      continue;
    }
    const { keys = 0, expires = 0 } = counted.get(space) ?? {};
    const { keys: storedKeys = 0, expires: storedExpires = 0 } = stored.get(space) ?? {};
    if (keys !== storedKeys || expires !== storedExpires) {
      onProblem(
        `space ${space} has ${keys} keys, ${expires} with a TTL; its counters say ${storedKeys} and ${storedExpires}`,
      );
    }
    if (keys > 0 && !live.has(space)) onProblem(`space ${space} has keys, but no database has it`);
  }
}

/**
 * Makes everything agree: mends collections, drops what cannot be kept, and derives counters, numbers and garbage
 * from the rows.
 *
 * @param onProblem told of what was dropped or mended
 */
export function mendKeys(rows: StoredRows, onProblem: OnProblem): void {
  const { broken } = survey(rows, onProblem);
  rows.transaction(() => {
    for (const row of broken) mendKey(rows, row);
  });
  survey(rows, () => {});
  for (const named of collectionsOf(rows)) {
    const problem = checkCollection(rows, named);
    if (problem === null) continue;
    onProblem(`${nameOf(named)}: ${problem}`);
    rows.transaction(() => mendCollection(rows, named));
  }
  const { spaces, highestId } = survey(rows, () => {});
  rows.transaction(() => derive(rows, spaces, highestId));
}

/** Writes a row again, which sets its indexed TTL, or removes it. */
function mendKey(rows: StoredRows, row: StoredKey): void {
  const value = rows.get(KIND_KEY, row.space, row.key);
  const canBeKept = keyProblem({ ...row, expire_at: null }) !== "its row is damaged";
  const isNamed = canBeKept && (rowType(row.value, 0) === TYPE_STRING || isFirst(rows, row));
  if (value !== null && isNamed) rows.put(KIND_KEY, row.space, row.key, value);
  else rows.delete(KIND_KEY, row.space, row.key);
}

/** Is it this key that the collection was noted with? */
function isFirst(rows: StoredRows, { space, key, value }: StoredKey): boolean {
  const id = collectionId(value, 0);
  const [named] = rows.named(id - 1, 1);
  return named?.id === id && named.space === space && Buffer.compare(named.key, key) === 0;
}

function derive(rows: StoredRows, spaces: readonly SpaceRow[], highestId: number): void {
  const live = new LiveSpaces(rows);
  rows.setSpaces(spaces);
  rows.clearGarbage();
  for (const { space } of spaces) if (!live.has(space)) rows.addGarbage("space", space);
  let highest = highestId;
  for (const kind of ELEMENT_KINDS) {
    for (const id of rows.orphans(kind)) {
      rows.addGarbage("collection", id);
      highest = Math.max(highest, id);
    }
  }
  const nextId = rows.metaRows(META_NEXT_ID)[0]?.value;
  if (highest > 0 && (nextId?.length !== 6 || readU48(nextId, 0) <= highest)) {
    const value = new Uint8Array(6);
    writeU48(value, 0, highest + 1);
    rows.put(KIND_META, META_SERVER, META_NEXT_ID, value);
  }
  const given = spaces.map(({ space }) => space).filter((space) => space !== BUILD_SPACE);
  const highestSpace = Math.max(live.highest, ...given);
  const nextSpace = rows.metaRows(META_NEXT_SPACE)[0]?.value;
  const known = nextSpace?.length === 4 ? readU32(nextSpace, 0) : FIRST_FREE_SPACE;
  if (known <= highestSpace) {
    const value = new Uint8Array(4);
    writeU32(value, 0, highestSpace + 1);
    rows.put(KIND_META, META_SERVER, META_NEXT_SPACE, value);
  }
}
