/** LCS: its options and its three forms of answer. The work is done in slices. */
import { type Bytes, copyBytes, EMPTY } from "../../bytes/bytes.ts";
import type { DB } from "../../database/db.ts";
import { type CommonRange, Lcs, lcsCells } from "../../database/strings/lcs.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_STRING } from "../../keyspace/rows/key-row.ts";
import { Pairs, type Reply } from "../../resp/reply.ts";
import { deferred, flag, index, key, named, type OptionValues, options } from "../args.ts";
import { command } from "../command.ts";
import type { Answer } from "../context.ts";
import { inSlices } from "../slices.ts";

/** Cells of the table that are filled at a time: some milliseconds. */
const SLICE_CELLS = 2_000_000;
/** Bytes that Redis needs for a cell, by which it judges whether the strings are too long. */
const REDIS_CELL_BYTES = 4;

const lcsOptions = {
  len: flag("LEN"),
  idx: flag("IDX"),
  minMatchLength: named("MINMATCHLEN", index("len")),
  withMatchLength: flag("WITHMATCHLEN"),
};

type LcsOptions = OptionValues<typeof lcsOptions>;

export const lcsCommand = command("string", {
  name: "LCS",
  summary: "Answers the longest common subsequence of two strings.",
  since: "7.0.0",
  flags: ["readonly"],
  args: [key("key1"), key("key2"), deferred(options(lcsOptions))],
  run({ client, db, ledis }, first, second, readOptions): Answer {
    const a = operand(db, first);
    const b = operand(db, second);
    const wanted = readOptions();
    if (wanted.len && wanted.idx) throw new CommandError(errors.lcsBoth);
    const cells = lcsCells(a.length, b.length);
    if (cells * REDIS_CELL_BYTES > ledis.options.valueBytesMax) {
      throw new CommandError(errors.lcsTooLarge);
    }
    // What is not done in this turn must not depend on rows any more.
    const own = cells > SLICE_CELLS ? copyBytes : (bytes: Bytes) => bytes;
    const lcs = new Lcs(own(a), own(b), !wanted.len);
    const step = () => (lcs.advance(SLICE_CELLS) ? answer(lcs, wanted) : undefined);
    return inSlices(step, client.mayWait);
  },
});

function operand(db: DB, key: Bytes): Bytes {
  const row = db.table.find(key);
  if (row === null) return EMPTY;
  if (row.type !== TYPE_STRING) throw new CommandError(errors.lcsTypes);
  return row.rest();
}

function answer(lcs: Lcs, { len, idx, minMatchLength, withMatchLength }: LcsOptions): Reply {
  if (len) return lcs.length;
  const { text, ranges } = lcs.trace();
  if (!idx) return text;
  const least = minMatchLength ?? 0;
  const matches = ranges
    .filter((range) => range.length >= least)
    .map((range) => rangeReply(range, withMatchLength === true));
  return new Pairs(["matches", matches, "len", lcs.length]);
}

function rangeReply(range: CommonRange, withLength: boolean): Reply {
  const { aStart, aEnd, bStart, bEnd, length } = range;
  const ends = [
    [aStart, aEnd],
    [bStart, bEnd],
  ];
  return withLength ? [...ends, length] : ends;
}
