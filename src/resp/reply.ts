/**
 * Reply values: what a command answers, whatever the protocol. `ReplyWriter` gives them their
 * form in RESP2 and RESP3; scripts and other front ends read the same values.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { formatDouble } from "../bytes/double.ts";
import { formatPlain } from "../bytes/fixed-double.ts";
import type { Stretch } from "../bytes/stretch.ts";
import { encodeLine } from "./reply-line.ts";

/**
 * | value | RESP2 | RESP3 |
 * | --- | --- | --- |
 * | `Bytes`, `Stretch`; string (in UTF-8) | bulk string | bulk string |
 * | number (a safe integer), bigint (an int64) | integer | integer |
 * | null | `$-1` | `_` |
 * | `NULL_ARRAY` | `*-1` | `_` |
 * | boolean | integer 1 or 0 | `#t` or `#f` |
 * | `Status`, `ErrorReply` | the same | the same |
 * | `Double`, `PlainDouble` | bulk string | `,` |
 * | `BigNumber` | bulk string | `(` |
 * | `Verbatim` | bulk string | `=` |
 * | array | array | array |
 * | `Pairs` | array, flat | map `%` |
 * | `SetReply` | array | set `~` |
 * | `Push` | array | push `>` |
 * | `Encoded` | its bytes | its bytes |
 * | `Pushes` | its messages, one behind the other, without a frame | the same |
 * | `StreamReply` | as the kind that it is of | |
 */
export type Reply =
  | Bytes
  | Stretch
  | string
  | number
  | bigint
  | boolean
  | null
  | Status
  | ErrorReply
  | Double
  | BigNumber
  | Verbatim
  | Pairs
  | SetReply
  | Push
  | Pushes
  | Encoded
  | NullArray
  | StreamReply
  | readonly Reply[];

/** A short text without CR or LF (both become spaces): `+OK`. Make it once, answer it often. */
export class Status {
  readonly text: string;
  /** The whole reply as it is on the wire. */
  readonly encoded: Bytes;

  constructor(text: string) {
    this.text = text;
    this.encoded = encodeLine("+", text);
  }
}

/**
 * A refusal, code word first: `ERR syntax error`. Each character is one byte: what it quotes from
 * a client is decoded as latin1. CR and LF become spaces, and are cut at both ends.
 */
export class ErrorReply {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A score or another floating-point number; infinities included. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** Its digits, the same in both protocols: `%.17g`, as Redis 7.0. */
  get text(): string {
    return formatDouble(this.value);
  }
}

/** A coordinate: 17 digits behind the point at most, and no exponent. */
export class PlainDouble extends Double {
  override get text(): string {
    return formatPlain(this.value);
  }
}

/** An integer of any size, as its digits: without CR and LF, one byte per character. Only scripts answer it. */
export class BigNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Text meant for people, with its format of three letters: `txt` (plain) or `mkd` (Markdown). */
export class Verbatim {
  readonly format: string;
  readonly text: string | Bytes;

  constructor(format: string, text: string | Bytes) {
    this.format = format;
    this.text = text;
  }
}

/** Key, value, key, value ... in order; an even number of items. */
export class Pairs {
  readonly items: readonly Reply[];

  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** Distinct items in no order. */
export class SetReply {
  readonly items: readonly Reply[];

  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** A message that answers no request, its kind first: `message`, `invalidate`. */
export class Push {
  readonly items: readonly Reply[];

  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** What a command answers with messages instead of a reply: none, one or several. */
export class Pushes {
  readonly messages: readonly Push[];

  constructor(messages: readonly Push[]) {
    this.messages = messages;
  }
}

/** A reply that is encoded already, in the protocol of whom it is for. */
export class Encoded {
  readonly parts: readonly Bytes[];

  constructor(parts: readonly Bytes[]) {
    this.parts = parts;
  }
}

/** Where the items of a long reply come from, one element after the other. */
export interface ReplySource {
  /** Hands the next element's replies over, or none yet; false when none is left. They hold until the next call. */
  next(take: (reply: Reply) => void): boolean;
  /** Nothing more will be asked for. Called once, at the end or before it. */
  close(): void;
}

/**
 * An aggregate of many items, which are read while it is sent: never all of them are in memory. Whoever cannot
 * wait takes them from `source` at once, and closes it.
 */
export class StreamReply {
  readonly kind: "array" | "pairs" | "set";
  /** Items, or pairs of them: exactly what `source` hands over. */
  readonly count: number;
  readonly source: ReplySource;

  constructor(kind: "array" | "pairs" | "set", count: number, source: ReplySource) {
    this.kind = kind;
    this.count = count;
    this.source = source;
  }
}

/** Null where an array was asked for: see {@link NULL_ARRAY}. */
export class NullArray {
  /** Keeps the type checker from taking other objects for one. */
  readonly kind = "null array";
}

/** What BLPOP answers when it timed out, EXEC when a watched key changed. */
export const NULL_ARRAY = new NullArray();

/** Of a command that answers nothing. */
export const NO_REPLY = new Pushes([]);

/** Of a command that has written its answer itself. */
export const WRITTEN = new Encoded([]);

export const OK = new Status("OK");
export const PONG = new Status("PONG");
export const QUEUED = new Status("QUEUED");
