/** Replies as CSV and JSON, as redis-cli writes them; one byte in each character (`mapKey`). */
import { type Bytes, fromMapKey, mapKey } from "../../bytes/bytes.ts";
import { formatDouble } from "../../bytes/double.ts";
import { quoteRedis } from "../../bytes/quote.ts";
import type { ParsedReply } from "../../resp/parsed-reply.ts";

/** One line of CSV without its end: nested items stand flat. */
export function csvText(reply: ParsedReply): string {
  switch (reply.kind) {
    case "error":
      return `ERROR,${quoteRedis(fromMapKey(reply.text))}`;
    case "status":
      return quoteRedis(fromMapKey(reply.text));
    case "integer":
    case "bigNumber":
    case "boolean":
      return String(reply.value);
    case "double":
      return formatDouble(reply.value);
    case "bulk":
    case "verbatim":
      return quoteRedis(reply.bytes);
    case "null":
      return "NULL";
    case "map":
      return reply.pairs.flatMap((pair) => pair.map(csvText)).join(",");
    default:
      return reply.items.map(csvText).join(",");
  }
}

/** JSON without a line end. An error is `error:"..."`, which is none. */
export function jsonText(reply: ParsedReply): string {
  switch (reply.kind) {
    case "error":
      return `error:${jsonString(fromMapKey(reply.text))}`;
    case "status":
      return jsonString(fromMapKey(reply.text));
    case "integer":
    case "bigNumber":
    case "boolean":
      return String(reply.value);
    case "double":
      return formatDouble(reply.value);
    case "bulk":
    case "verbatim":
      return jsonString(reply.bytes);
    case "null":
      return "null";
    case "map":
      return `{${reply.pairs.map(([key, value]) => `${jsonKey(key)}:${jsonText(value)}`).join(",")}}`;
    default:
      return `[${reply.items.map(jsonText).join(",")}]`;
  }
}

/** Keys of objects are strings, whatever they were. */
function jsonKey(key: ParsedReply): string {
  const text = jsonText(key);
  return text.startsWith('"') ? text : JSON.stringify(text);
}

/** Bytes above ASCII stay as they are: UTF-8 is right, and what is none is not changed. */
function jsonString(bytes: Bytes): string {
  return JSON.stringify(mapKey(bytes));
}
