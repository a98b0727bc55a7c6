/**
 * string.format and tonumber with integers of 64 bits, as in Redis: those of C are of 32 bits where Lua runs here, and
 * a time in milliseconds has more.
 */
import { mapKey } from "../bytes/bytes.ts";
import { digitsOf } from "../bytes/integer.ts";
import type { HostFunction, LuaMachine } from "./machine.ts";

const DIRECTIVE = /%(?:%|([-+ #0]*)(\d{0,2})(?:\.(\d{0,2}))?(.))/gs;
const NUMERAL = /^[ \t-\r]*([-+]?)([0-9a-zA-Z]+)[ \t-\r]*$/;
const BASES: Readonly<Record<string, number>> = { d: 10, i: 10, u: 10, o: 8, x: 16, X: 16 };
const PREFIXES: Readonly<Record<string, string>> = { o: "0", x: "0x", X: "0X" };
const INT64_LIMIT = 2 ** 63;
const UINT64_MAX = 2n ** 64n - 1n;
/** Lua refuses more in one directive. */
const FLAGS_MAX = 5;
/** So many digits are right in 32 bits, whatever the base. */
const NARROW_DIGITS = 6;

/** How a directive of string.format shows an integer. */
interface Form {
  readonly flags: string;
  readonly width: number;
  /** Fewest digits; null: not said. */
  readonly precision: number | null;
  readonly conversion: string;
}

/** What a cast of C makes of it on the processors that Redis runs on. */
function toInt64(value: number): bigint {
  const whole = Math.trunc(value);
  const fits = whole >= -INT64_LIMIT && whole < INT64_LIMIT;
  return BigInt(fits ? whole : -INT64_LIMIT);
}

function toUint64(value: number): bigint {
  const isHigh = value >= INT64_LIMIT;
  const low = BigInt.asUintN(64, toInt64(isHigh ? value - INT64_LIMIT : value));
  return isHigh ? low ^ BigInt(INT64_LIMIT) : low;
}

function isSigned(conversion: string): boolean {
  return conversion === "d" || conversion === "i";
}

/** Whether 32 bits are enough. */
function isNarrow(value: number, conversion: string): boolean {
  return value < 2 ** 31 && value > (isSigned(conversion) ? -(2 ** 31) - 1 : -1);
}

/** As C's printf shows it. */
function shown(value: number, { flags, width, precision, conversion }: Form): string {
  const number = isSigned(conversion) ? toInt64(value) : toUint64(value);
  const size = number < 0n ? -number : number;
  const plain = size === 0n && precision === 0 ? "" : digitsOf(size, BASES[conversion]!);
  const digits = (conversion === "X" ? plain.toUpperCase() : plain).padStart(precision ?? 1, "0");
  const head = headOf(number, digits, flags, conversion);
  if (flags.includes("-")) return (head + digits).padEnd(width);
  if (!flags.includes("0") || precision !== null) return (head + digits).padStart(width);
  return head + digits.padStart(width - head.length, "0");
}

/** What stands before the digits: the sign, or what tells the base. */
function headOf(number: bigint, digits: string, flags: string, conversion: string): string {
  if (isSigned(conversion)) {
    if (number < 0n) return "-";
    return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  }
  const needsNone = conversion === "o" ? digits.startsWith("0") : number === 0n;
  if (!flags.includes("#") || needsNone) return "";
  return PREFIXES[conversion] ?? "";
}

/** string.format. @param format Lua's own */
export function wideFormat(machine: LuaMachine, format: HostFunction): HostFunction {
  const { api } = machine;
  return (L) => {
    const template = machine.textOf(L, 1);
    if (template === null) return format(L);
    let argument = 1;
    const text = template.replace(DIRECTIVE, (directive, flags, width, precision, conversion) => {
      if (directive === "%%") return directive;
      argument++;
      const isInteger = BASES[conversion] !== undefined && flags.length <= FLAGS_MAX;
      if (!isInteger || api.lua_isnumber(L, argument) === 0) return directive;
      const value = api.lua_tonumber(L, argument);
      if (isNarrow(value, conversion)) return directive;
      const digitsMin = precision === undefined ? null : Number(precision);
      const form = { flags, width: Number(width), precision: digitsMin, conversion };
      machine.pushText(L, shown(value, form));
      api.lua_replace(L, argument);
      return "%s";
    });
    if (text !== template) {
      machine.pushText(L, text);
      api.lua_replace(L, 1);
    }
    return format(L);
  };
}

/** A numeral of many digits, or a negative one, as strtoul reads it; null: another one, or none. */
function parseWide(text: string, base: number): bigint | null {
  const [, sign = "", numeral = ""] = NUMERAL.exec(text.split("\0", 1)[0]!) ?? [];
  const digits = base === 16 ? numeral.replace(/^0x/i, "") : numeral;
  if (digits === "" || (digits.length <= NARROW_DIGITS && sign !== "-")) return null;
  let value = 0n;
  for (const digit of digits) {
    const number = Number.parseInt(digit, base);
    if (Number.isNaN(number)) return null;
    if (value <= UINT64_MAX) value = value * BigInt(base) + BigInt(number);
  }
  if (value > UINT64_MAX) return UINT64_MAX;
  return sign === "-" ? BigInt.asUintN(64, -value) : value;
}

/** tonumber. @param toNumber Lua's own */
export function wideToNumber(machine: LuaMachine, toNumber: HostFunction): HostFunction {
  const { api } = machine;
  return (L) => {
    const base = api.lua_isnumber(L, 2) === 0 ? 10 : Math.trunc(api.lua_tonumber(L, 2));
    if (base === 10 || base < 2 || base > 36) return toNumber(L);
    const text = machine.viewOf(L, 1);
    const value = text === null ? null : parseWide(mapKey(text), base);
    if (value === null) return toNumber(L);
    api.lua_pushnumber(L, Number(value));
    return 1;
  };
}
