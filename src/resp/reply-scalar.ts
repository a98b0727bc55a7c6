/**
 * Replies that are one line: what follows the prefix, as a value.
 */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { parseDouble } from "../bytes/double.ts";
import { parseInt64 } from "../bytes/integer.ts";
import type { ParsedValue } from "./parsed-reply.ts";
import { ProtocolError } from "./protocol-error.ts";

const PLUS = 0x2b;

/**
 * The reply of a one-line type, or null when `prefix` is of another type.
 *
 * @param line the line without prefix and line end
 * @throws {ProtocolError} the line is no value of that type
 */
export function parseScalar(prefix: string, line: Bytes): ParsedValue | null {
  switch (prefix) {
    case "+":
      return { kind: "status", text: mapKey(line) };
    case "-":
      return { kind: "error", text: mapKey(line) };
    case ":":
      return { kind: "integer", value: exactNumber(parseInteger(line)) };
    case "_":
      if (line.length > 0) throw new ProtocolError("invalid null");
      return { kind: "null", form: "null" };
    case "#":
      return { kind: "boolean", value: parseBoolean(mapKey(line)) };
    case ",":
      return { kind: "double", value: parseDoubleLine(line) };
    case "(":
      return { kind: "bigNumber", value: parseBigNumber(mapKey(line)) };
    default:
      return null;
  }
}

function parseInteger(line: Bytes): bigint {
  const signed = line[0] === PLUS && line[1] !== undefined && line[1] >= 0x30;
  const value = parseInt64(line, signed ? 1 : 0);
  if (value === null) throw new ProtocolError("invalid integer");
  return value;
}

function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function parseBoolean(text: string): boolean {
  if (text !== "t" && text !== "f") throw new ProtocolError("invalid boolean");
  return text === "t";
}

function parseDoubleLine(line: Bytes): number {
  const value = parseDouble(line);
  if (Number.isNaN(value) && !/^[-+]?nan$/i.test(mapKey(line))) {
    throw new ProtocolError("invalid double");
  }
  return value;
}

function parseBigNumber(text: string): bigint {
  if (!/^[-+]?[0-9]+$/.test(text)) throw new ProtocolError("invalid big number");
  return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text.replace("+", ""));
}
