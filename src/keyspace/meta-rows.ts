/**
 * Names of the server's own rows: `0 · number · name`. They stand in the log like all rows, so a restart
 * or a slave finds databases and counters as they were. On disk and in the log: never rename.
 */
import { fromText } from "../bytes/bytes.ts";

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
