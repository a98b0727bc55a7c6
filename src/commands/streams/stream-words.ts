/** What stream commands say of ids, and of what is to be added, trimmed and read. Errors are Redis 7.0's. */
import type { Bytes } from "../../bytes/bytes.ts";
import { equalsIgnoreCase } from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import {
  msOf,
  parseStreamId,
  STREAM_ID_MAX,
  STREAM_ID_MIN,
  streamIdAfter,
  streamIdBefore,
} from "../../bytes/stream-id.ts";
import type { AskedId, Trim } from "../../database/streams/streams.ts";
import { CommandError, errors, wrongArity } from "../../errors.ts";
import type { Arg, ArgumentDoc } from "../args.ts";
import type { Words } from "../words.ts";

const SEQ_MAX = 2n ** 64n - 1n;
const STAR = 0x2a;
const DASH = 0x2d;
const PLUS = 0x2b;
const OPEN = 0x28;

/** Blocks of nodes that `~` removes at most, where LIMIT does not say. */
const BLOCKS_MAX = 100;
const LIMIT_MAX = 1_000_000;
/** The same where nodes have no limit. */
const LIMIT_DEFAULT = 10_000;

/** An id, `ms` alone being the first one of it. @throws {CommandError} it is none */
export function strictId(text: Bytes): Bytes {
  return idOf(text, 0n);
}

function idOf(text: Bytes, missingSeq: bigint): Bytes {
  const id = parseStreamId(text, missingSeq);
  if (id === null) throw new CommandError(errors.badStreamId);
  return id;
}

/** As `strictId`; `-` and `+` are the least and the greatest one. */
export function looseId(text: Bytes): Bytes {
  return endOf(text) ?? strictId(text);
}

function endOf(text: Bytes): Bytes | null {
  if (text.length !== 1) return null;
  if (text[0] === DASH) return STREAM_ID_MIN;
  return text[0] === PLUS ? STREAM_ID_MAX : null;
}

/** An id that is a whole argument. */
export function idWord(name: string): Arg<Bytes> {
  return {
    min: 1,
    max: 1,
    read: (words) => strictId(words.next()),
    docs: [{ name, type: "string" }],
  };
}

/** One end of a range: an id, `-`, `+`, or an id behind `(` that is not part of it. */
export function bound(text: Bytes, which: "start" | "end"): Bytes {
  const end = endOf(text);
  if (end !== null) return end;
  const missingSeq = which === "start" ? 0n : SEQ_MAX;
  if (text.length < 2 || text[0] !== OPEN) return idOf(text, missingSeq);
  const id = idOf(text.subarray(1), missingSeq);
  const inside = which === "start" ? streamIdAfter(id) : streamIdBefore(id);
  if (inside === null) throw new CommandError(`ERR invalid ${which} ID for the interval`);
  return inside;
}

/** Both ends of a range in this order. Whatever it is, the start is found fault with first. */
export function bounds(
  first: "start" | "end",
  second: "start" | "end",
): Arg<{ readonly from: Bytes; readonly to: Bytes }> {
  return {
    min: 2,
    max: 2,
    read(words) {
      const texts = { [first]: words.next(), [second]: words.next() };
      return { from: bound(texts["start"]!, "start"), to: bound(texts["end"]!, "end") };
    },
    docs: [
      { name: first, type: "string" },
      { name: second, type: "string" },
    ],
  };
}

/** @throws {CommandError} it is none */
export function readInt64(words: Words, error: string = errors.notInteger): bigint {
  const value = parseInt64(words.next());
  if (value === null) throw new CommandError(error);
  return value;
}

/** The same, rounded to a double: for counts and times, where what is that large means "beyond everything". */
export function readInteger(words: Words, error: string = errors.notInteger): number {
  return Number(readInt64(words, error));
}

/** `COUNT n` and nothing else; negative ones are 0. Null: not given. */
export const countOption: Arg<number | null> = {
  min: 0,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    let count: number | null = null;
    while (words.left > 0) {
      if (words.left < 2 || !words.take("COUNT")) throw new CommandError(errors.syntax);
      count = Math.max(0, readInteger(words));
    }
    return count;
  },
  docs: [{ name: "count", type: "integer", token: "COUNT", optional: true }],
};

/** What is to be trimmed; how many entries a block of `~` has depends on the configuration. */
export type TrimOf = (nodeEntries: number) => Trim;

export interface AddRequest {
  readonly create: boolean;
  readonly trim: TrimOf | null;
  readonly asked: AskedId;
  /** Field, value, field, value ... */
  readonly words: readonly Bytes[];
}

interface TrimWords {
  by: "MAXLEN" | "MINID" | null;
  maxLength: number;
  minId: Bytes;
  isLoose: boolean;
  /** null: not given. */
  limit: number | null;
}

const trimDocs: readonly ArgumentDoc[] = [
  {
    name: "strategy",
    type: "oneof",
    arguments: [
      { name: "maxlen", type: "pure-token", token: "MAXLEN" },
      { name: "minid", type: "pure-token", token: "MINID" },
    ],
  },
  {
    name: "operator",
    type: "oneof",
    optional: true,
    arguments: [
      { name: "equal", type: "pure-token", token: "=" },
      { name: "approximately", type: "pure-token", token: "~" },
    ],
  },
  { name: "threshold", type: "string" },
  { name: "count", type: "integer", token: "LIMIT", optional: true },
];

/** Everything behind XADD's key. */
export const addRequest: Arg<AddRequest> = {
  min: 3,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    const trim = noTrim();
    let create = true;
    let asked: AskedId | null = null;
    while (asked === null) {
      if (words.left === 0) throw new CommandError(wrongArity("xadd"));
      // Looking at a word takes a view, and most requests have no options.
      if (beginsId(words.peek()[0])) asked = askedId(words.next());
      else if (takeTrim(words, trim)) continue;
      else if (words.take("NOMKSTREAM")) create = false;
      else asked = askedId(words.next());
    }
    const trimOf = trim.by === null && trim.limit === null ? null : checkedTrim(trim);
    if (words.left < 2 || words.left % 2 === 1) throw new CommandError(wrongArity("xadd"));
    const pairs: Bytes[] = [];
    while (words.left > 0) pairs.push(words.next());
    if (asked.form === "given" && asked.id.every((byte) => byte === 0)) {
      throw new CommandError(errors.idZero);
    }
    return { create, trim: trimOf, asked, words: pairs };
  },
  docs: [
    { name: "nomkstream", type: "pure-token", token: "NOMKSTREAM", optional: true },
    { name: "trim", type: "block", optional: true, arguments: trimDocs },
    {
      name: "id_or_auto",
      type: "oneof",
      arguments: [
        { name: "auto_id", type: "pure-token", token: "*" },
        { name: "id", type: "string" },
      ],
    },
    {
      name: "field_value",
      type: "block",
      multiple: true,
      arguments: [
        { name: "field", type: "string" },
        { name: "value", type: "string" },
      ],
    },
  ],
};

/** Everything behind XTRIM's key. */
export const trimRequest: Arg<TrimOf> = {
  min: 2,
  max: Number.POSITIVE_INFINITY,
  read(words) {
    const trim = noTrim();
    while (words.left > 0) if (!takeTrim(words, trim)) throw new CommandError(errors.syntax);
    if (trim.by === null && !trim.limit) {
      throw new CommandError("ERR syntax error, XTRIM must be called with a trimming strategy");
    }
    return checkedTrim(trim);
  },
  docs: [{ name: "trim", type: "block", arguments: trimDocs }],
};

function noTrim(): TrimWords {
  return { by: null, maxLength: 0, minId: STREAM_ID_MIN, isLoose: false, limit: null };
}

function beginsId(first: number | undefined): boolean {
  return first === STAR || (first !== undefined && first >= 0x30 && first <= 0x39);
}

/** `*`, `ms-*`, or an id. */
function askedId(text: Bytes): AskedId {
  const { length } = text;
  if (length === 1 && text[0] === STAR) return { form: "now" };
  if (length > 2 && text[length - 1] === STAR && text[length - 2] === DASH) {
    return { form: "ms", ms: msOf(strictId(text.subarray(0, length - 2))) };
  }
  return { form: "given", id: strictId(text) };
}

function takeTrim(words: Words, trim: TrimWords): boolean {
  if (words.left < 2) return false;
  if (equalsIgnoreCase(words.peek(), "MAXLEN")) takeStrategy(words, trim, "MAXLEN");
  else if (equalsIgnoreCase(words.peek(), "MINID")) takeStrategy(words, trim, "MINID");
  else if (words.take("LIMIT")) {
    trim.limit = readInteger(words);
    if (trim.limit < 0) throw new CommandError("ERR The LIMIT argument must be >= 0.");
  } else return false;
  return true;
}

function takeStrategy(words: Words, trim: TrimWords, by: "MAXLEN" | "MINID"): void {
  words.next();
  if (trim.by !== null) {
    throw new CommandError(
      "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
    );
  }
  trim.by = by;
  if (words.left > 1) {
    trim.isLoose = words.take("~");
    if (!trim.isLoose) words.take("=");
  }
  if (by === "MINID") {
    trim.minId = strictId(words.next());
    return;
  }
  trim.maxLength = readInteger(words);
  if (trim.maxLength < 0) throw new CommandError("ERR The MAXLEN argument must be >= 0.");
}

function checkedTrim({ by, maxLength, minId, isLoose, limit }: TrimWords): TrimOf {
  if (by === null && limit !== null && limit > 0) {
    throw new CommandError(
      "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
    );
  }
  if (limit !== null && !isLoose) {
    throw new CommandError("ERR syntax error, LIMIT cannot be used without the special ~ option");
  }
  return (nodeEntries) => ({
    maxLength: by === "MAXLEN" ? maxLength : null,
    minId,
    block: isLoose ? Math.max(1, nodeEntries) : 1,
    limit: isLoose ? (limit ?? looseLimit(nodeEntries)) : 0,
  });
}

function looseLimit(nodeEntries: number): number {
  return nodeEntries === 0 ? LIMIT_DEFAULT : Math.min(BLOCKS_MAX * nodeEntries, LIMIT_MAX);
}
