/**
 * How values of each option type are read and written: as text (command line, CONFIG SET and
 * GET) and in the JSON file. Refusals are worded as Redis words them.
 */

import { type Address, formatAddress, parseAddress, parseTcpAddress } from "./address.ts";
import { formatBufferLimits, parseBufferLimits } from "./buffer-limits.ts";
import { parseByteSize } from "./byte-size.ts";
import type { AnyOptionValue, OptionRow, OptionTypeName, OptionValues } from "./option-row.ts";
import { OptionValueError } from "./value-error.ts";

export type JsonValue = string | number | boolean | readonly JsonValue[];

interface OptionType<Value> {
  /** `current` is kept where the text says nothing. */
  parse(text: string, row: OptionRow, current?: Value): Value;
  /** Text of a JSON value, to be parsed; null when its JSON type is wrong. */
  jsonText(json: unknown): string | null;
  /** JSON types for an error message. */
  readonly jsonTypes: string;
  /** Text of CONFIG GET. */
  format(value: Value): string;
  toJson(value: Value): JsonValue;
}

const int64Max = 2n ** 63n - 1n;

const same = <Value>(value: Value): Value => value;
const stringOnly = (json: unknown): string | null => (typeof json === "string" ? json : null);
const integerText = (json: unknown): string | null =>
  Number.isSafeInteger(json) ? `${json}` : null;

/** Checks a number against its row. Above 2^53 - 1 the value is that, far beyond any use. */
function inRange(value: bigint, row: OptionRow): number {
  if (row.nonPositiveIsDefault && value <= 0n) return Number(parseOption(row, row.default));
  const min = BigInt(row.min ?? (row.type === "bytes" ? 0n : -int64Max - 1n));
  const max = BigInt(row.max ?? int64Max);
  if (value < min || value > max) {
    throw new OptionValueError(`argument must be between ${min} and ${max} inclusive`);
  }
  if (row.powerOfTwo && (value & (value - 1n)) !== 0n) {
    throw new OptionValueError("argument must be a power of two");
  }
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

function parseInteger(text: string): bigint {
  const value = /^(0|-?[1-9]\d{0,18})$/.test(text) ? BigInt(text) : null;
  if (value === null || value > int64Max || value < -int64Max - 1n) {
    throw new OptionValueError("argument couldn't be parsed into an integer");
  }
  return value;
}

function addressList<A extends Address>(parse: (word: string) => A): OptionType<readonly A[]> {
  return {
    parse: (text) =>
      text
        .split(/[\s,]+/)
        .filter((word) => word !== "")
        .map(parse),
    jsonText(json) {
      const words = Array.isArray(json) ? json : [json];
      return words.every((word) => typeof word === "string") ? words.join(" ") : null;
    },
    jsonTypes: "a string or an array of strings",
    format: (value) => value.map(formatAddress).join(" "),
    toJson: (value) =>
      value.length > 1 ? value.map(formatAddress) : value.map(formatAddress).join(),
  };
}

const optionTypes: { readonly [Name in OptionTypeName]: OptionType<OptionValues[Name]> } = {
  string: {
    parse(text, row) {
      if (row.required && text === "") throw new OptionValueError("argument must not be empty");
      return text;
    },
    jsonText: stringOnly,
    jsonTypes: "a string",
    format: same,
    toJson: same,
  },
  boolean: {
    parse(text) {
      const word = text.toLowerCase();
      if (word === "yes" || word === "no") return word === "yes";
      throw new OptionValueError("argument must be 'yes' or 'no'");
    },
    jsonText: (json) => (typeof json === "boolean" ? (json ? "yes" : "no") : stringOnly(json)),
    jsonTypes: "true or false",
    format: (value) => (value ? "yes" : "no"),
    toJson: same,
  },
  integer: {
    parse: (text, row) => inRange(parseInteger(text), row),
    jsonText: integerText,
    jsonTypes: "a whole number",
    format: String,
    toJson: same,
  },
  bytes: {
    // A sign is no memory value to Redis; a file of LedisDB may hold one, meaning the default.
    parse: (text, row) =>
      inRange(row.nonPositiveIsDefault && /^-\d+$/.test(text) ? 0n : parseByteSize(text), row),
    jsonText: (json) => integerText(json) ?? stringOnly(json),
    jsonTypes: 'a number of bytes or a string such as "64mb"',
    format: String,
    toJson: same,
  },
  mode: {
    parse(text) {
      if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
      throw new OptionValueError("argument must be an octal file mode");
    },
    jsonText: (json) => integerText(json) ?? stringOnly(json),
    jsonTypes: 'octal digits, such as "770"',
    format: (value) => value.toString(8),
    toJson: (value) => value.toString(8),
  },
  enum: {
    parse(text, row) {
      const choice = row.choices?.find((name) => name === text.toLowerCase());
      if (choice !== undefined) return choice;
      const choices = row.choices?.join(", ");
      throw new OptionValueError(`argument(s) must be one of the following: ${choices}`);
    },
    jsonText: stringOnly,
    jsonTypes: "a string",
    format: same,
    toJson: same,
  },
  addresses: addressList(parseAddress),
  "tcp-addresses": addressList(parseTcpAddress),
  master: {
    parse(text) {
      if (text === "") return null;
      // CONFIG GET answers Redis's form, with a blank; both forms are read.
      const [, host, port] = /^(\S+) (\d+)$/.exec(text) ?? [];
      if (host === undefined) return parseTcpAddress(text);
      return parseTcpAddress(formatAddress({ kind: "tcp", host, port: Number(port) }));
    },
    jsonText: stringOnly,
    jsonTypes: "a string",
    format: (value) => (value === null ? "" : `${value.host} ${value.port}`),
    toJson: (value) => (value === null ? "" : formatAddress(value)),
  },
  limits: {
    parse: (text, _row, current) => parseBufferLimits(text, current),
    jsonText: (json) => integerText(json) ?? stringOnly(json),
    jsonTypes: "a number of bytes or a string",
    format: formatBufferLimits,
    toJson: formatBufferLimits,
  },
};

/** The type of a row, for values that came from that row: hence the widening to any value. */
function typeOf(row: OptionRow): OptionType<AnyOptionValue> {
  return optionTypes[row.type] as OptionType<AnyOptionValue>;
}

/**
 * Value that a text means for an option.
 *
 * @param current the present value, kept where the text says nothing
 * @throws {OptionValueError} not a value of this option
 */
export function parseOption(
  row: OptionRow,
  text: string,
  current?: AnyOptionValue,
): AnyOptionValue {
  return typeOf(row).parse(text, row, current);
}

/**
 * Value that JSON means for an option.
 *
 * @throws {OptionValueError} wrong JSON type, or not a value of this option
 */
export function parseJsonOption(row: OptionRow, json: unknown): AnyOptionValue {
  const type = typeOf(row);
  const text = type.jsonText(json);
  if (text === null) throw new OptionValueError(`argument must be ${type.jsonTypes}`);
  return type.parse(text, row);
}

/** Text of CONFIG GET; {@link parseOption} reads it back. */
export function formatOption(row: OptionRow, value: AnyOptionValue): string {
  return typeOf(row).format(value);
}

/** JSON for the file; {@link parseJsonOption} reads it back. */
export function optionToJson(row: OptionRow, value: AnyOptionValue): JsonValue {
  return typeOf(row).toJson(value);
}
