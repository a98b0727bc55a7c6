/**
 * Replies as a client reads them: what was on the wire, form included.
 */
import type { Bytes } from "../bytes/bytes.ts";

/** One reply. `attributes` came in front of it (RESP3 `|`): remarks that may be ignored. */
export type ParsedReply = ParsedValue & { readonly attributes?: readonly ParsedPair[] };

/** Key and value of a map. */
export type ParsedPair = readonly [key: ParsedReply, value: ParsedReply];

export type ParsedValue =
  /** `+`; as in errors, each character is one byte. */
  | { readonly kind: "status"; readonly text: string }
  /** `-` or `!`: code word first. */
  | { readonly kind: "error"; readonly text: string }
  /** `:`, an int64: a number while that is exact. */
  | { readonly kind: "integer"; readonly value: number | bigint }
  /** `$` */
  | { readonly kind: "bulk"; readonly bytes: Bytes }
  /** `_`, `$-1` or `*-1` */
  | { readonly kind: "null"; readonly form: "null" | "bulk" | "array" }
  /** `#` */
  | { readonly kind: "boolean"; readonly value: boolean }
  /** `,`: may be infinite or NaN. */
  | { readonly kind: "double"; readonly value: number }
  /** `(` */
  | { readonly kind: "bigNumber"; readonly value: bigint }
  /** `=`: the format has three characters. */
  | { readonly kind: "verbatim"; readonly format: string; readonly bytes: Bytes }
  /** `*` */
  | { readonly kind: "array"; readonly items: readonly ParsedReply[] }
  /** `~` */
  | { readonly kind: "set"; readonly items: readonly ParsedReply[] }
  /** `>`: answers no request. */
  | { readonly kind: "push"; readonly items: readonly ParsedReply[] }
  /** `%` */
  | { readonly kind: "map"; readonly pairs: readonly ParsedPair[] };
