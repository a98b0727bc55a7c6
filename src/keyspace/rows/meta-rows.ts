/**
 * Names of the server's own rows: `0 · number · name`. They stand in the log like all rows, so a restart
 * or a slave finds databases and counters as they were. On disk and in the log: never rename.
 */
import { type Bytes, concatBytes, equalBytes, fromText } from "../../bytes/bytes.ts";
import { readU48, writeU48 } from "./row-key.ts";

/** The `number` of rows that belong to no database. */
export const META_SERVER = 0xffff_ffff;

/** Of a database: `space u32be`, the space that holds its keys. Missing: the database's own number. */
export const META_SPACE = fromText("space");
/** Of the server: `u32be`, the first space number never used. */
export const META_NEXT_SPACE = fromText("next-space");
/** Of the server: `u48be`, a collection id such that it and all above were never used. */
export const META_NEXT_ID = fromText("next-id");
/** Of a space: no database has it any more, so its rows are garbage. Consumed by the flush worker. */
export const META_DEAD_SPACE = fromText("dead");

/** Of the server: `u48be`, another one whenever the libraries of functions have changed. Missing: there never were any. */
export const META_LIBRARIES = fromText("libraries");

const LIBRARY = fromText("library:");
const HOME = fromText("home");

/** Of the server: `library:` · name -> code, a library of functions. */
export function libraryRowName(name: Bytes): Bytes {
  return concatBytes(LIBRARY, name);
}

/**
 * Of the server: `home · collection id u48be` -> `space u32be · key`, the key row that the collection was last
 * moved to. Only collections that were renamed or moved have one: a key row that no longer names a collection
 * leaves garbage, unless the one at its home names it. Removed by the flush worker with the collection's rows.
 */
export function homeRowName(id: number): Bytes {
  const name = new Uint8Array(HOME.length + 6);
  name.set(HOME);
  writeU48(name, HOME.length, id);
  return name;
}

/** The collection that a name of {@link homeRowName} is of; 0: another name. */
export function homeOf(name: Bytes): number {
  const isHome = name.length === HOME.length + 6 && equalBytes(name.subarray(0, HOME.length), HOME);
  return isHome ? readU48(name, HOME.length) : 0;
}
