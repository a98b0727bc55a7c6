/**
 * Replies for people, as redis-cli prints them. The texts hold one byte in each character
 * (`mapKey`), so that whatever the server said reaches the terminal or file unchanged.
 */
import { mapKey } from "../../bytes/bytes.ts";
import { formatDouble } from "../../bytes/double.ts";
import { quoteRedis } from "../../bytes/quote.ts";
import type { ParsedReply } from "../../resp/parsed-reply.ts";

/** What stands between the number of an item and the item. */
const SEPARATORS = { array: ")", push: ")", set: "~", map: "#" } as const;

const EMPTY_TEXTS = {
  array: "(empty array)",
  push: "(empty push)",
  set: "(empty set)",
  map: "(empty hash)",
} as const;

/** The human form, with types and numbered items; ends with a line end. */
export function standardText(reply: ParsedReply): string {
  return standard(reply, "");
}

function standard(reply: ParsedReply, prefix: string): string {
  switch (reply.kind) {
    case "error":
      return `(error) ${reply.text}\n`;
    case "status":
      return `${reply.text}\n`;
    case "integer":
      return `(integer) ${reply.value}\n`;
    case "double":
      return `(double) ${formatDouble(reply.value)}\n`;
    case "bigNumber":
      return `(big number) ${reply.value}\n`;
    case "bulk":
      return `${quoteRedis(reply.bytes)}\n`;
    case "verbatim":
      return `${mapKey(reply.bytes)}\n`;
    case "null":
      return "(nil)\n";
    case "boolean":
      return `(${reply.value})\n`;
    case "map": {
      const items = reply.pairs.map(
        ([key, value]) =>
          (inner: string) =>
            `${standard(key, inner).slice(0, -1)} => ${mapValue(value, inner)}`,
      );
      return numbered("map", items, prefix);
    }
    default: {
      const items = reply.items.map((item) => (inner: string) => standard(item, inner));
      return numbered(reply.kind, items, prefix);
    }
  }
}

/** An aggregate that takes several lines begins on one of its own. */
function mapValue(value: ParsedReply, prefix: string): string {
  const text = standard(value, prefix);
  const isAggregate = value.kind === "map" || "items" in value;
  const isLong = isAggregate && text.indexOf("\n") < text.length - 1;
  return isLong ? `\n${prefix}${text}` : text;
}

/** Items behind their numbers; further lines of an item stand under its first. */
function numbered(
  kind: keyof typeof SEPARATORS,
  items: readonly ((prefix: string) => string)[],
  prefix: string,
): string {
  if (items.length === 0) return `${EMPTY_TEXTS[kind]}\n`;
  const width = String(items.length).length;
  const inner = prefix + " ".repeat(width + 2);
  const lines = items.map((item, i) => {
    const number = String(i + 1).padStart(width);
    return `${i === 0 ? "" : prefix}${number}${SEPARATORS[kind]} ${item(inner)}`;
  });
  return lines.join("");
}

/**
 * The bare bytes, for other programs: nothing for nil, items joined.
 *
 * @param delimiter between items of an aggregate
 */
export function rawText(reply: ParsedReply, delimiter = "\n"): string {
  switch (reply.kind) {
    case "error":
      return `${reply.text}\n`;
    case "status":
      return reply.text;
    case "integer":
    case "bigNumber":
      return String(reply.value);
    case "double":
      return formatDouble(reply.value);
    case "bulk":
    case "verbatim":
      return mapKey(reply.bytes);
    case "null":
      return "";
    case "boolean":
      return `(${reply.value})`;
    case "map":
      return reply.pairs
        .map(([key, value]) => `${rawText(key, delimiter)} ${rawText(value, delimiter)}`)
        .join(delimiter);
    default:
      return reply.items.map((item) => rawText(item, delimiter)).join(delimiter);
  }
}
