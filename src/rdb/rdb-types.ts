/**
 * Numbers of Redis's format. On disk and on the wire: never renumber. What Redis has numbers up to 2.6 is in
 * every version of the format; behind the others stands the first version of Redis that writes them.
 */

/** Newest version of the format that is read: Redis 7.4's. */
export const RDB_VERSION_MAX = 12;

/** What a value is and how it is laid out: the byte before a value. */
export const RDB_STRING = 0;
export const RDB_LIST = 1;
export const RDB_SET = 2;
/** Scores as text. */
export const RDB_ZSET = 3;
export const RDB_HASH = 4;
/** Scores as doubles, Redis 4.0. */
export const RDB_ZSET_2 = 5;
export const RDB_MODULE_2 = 7;
export const RDB_HASH_ZIPMAP = 9;
export const RDB_LIST_ZIPLIST = 10;
export const RDB_SET_INTSET = 11;
export const RDB_ZSET_ZIPLIST = 12;
export const RDB_HASH_ZIPLIST = 13;
/** Ziplists, Redis 3.2. */
export const RDB_LIST_QUICKLIST = 14;
export const RDB_STREAM_LISTPACKS = 15;
/** Redis 7.0. */
export const RDB_HASH_LISTPACK = 16;
export const RDB_ZSET_LISTPACK = 17;
export const RDB_LIST_QUICKLIST_2 = 18;
export const RDB_STREAM_LISTPACKS_2 = 19;
/** Redis 7.2. */
export const RDB_SET_LISTPACK = 20;
export const RDB_STREAM_LISTPACKS_3 = 21;
/** Hashes whose fields have TTLs, Redis 7.4. */
export const RDB_HASH_METADATA = 24;
export const RDB_HASH_LISTPACK_EX = 25;
/** LedisDB's bitmap: a number that Redis refuses as no type. Only in payloads of this program. */
export const RDB_LEDIS_BITMAP = 128;

/** What stands between the values of a file. */
export const OPCODE_SLOT_INFO = 244;
/** A library of functions, Redis 7.0. */
export const OPCODE_FUNCTION = 245;
/** The same before Redis 7.0 was finished, in another form: not read. */
export const OPCODE_EARLY_FUNCTION = 246;
export const OPCODE_MODULE_AUX = 247;
export const OPCODE_IDLE = 248;
export const OPCODE_FREQUENCY = 249;
export const OPCODE_AUX = 250;
export const OPCODE_RESIZE = 251;
export const OPCODE_EXPIRE_MS = 252;
export const OPCODE_EXPIRE_SECONDS = 253;
export const OPCODE_SELECT = 254;
export const OPCODE_EOF = 255;
