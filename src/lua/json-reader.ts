/** cjson.decode: JSON as Lua values, with lua-cjson 2.1's tolerance and error texts. */
import { fromMapKey, mapKey } from "../bytes/bytes.ts";
import type { JsonSettings } from "./json-writer.ts";
import type { LuaMachine } from "./machine.ts";
import type { LuaState } from "./wasm.ts";

const TOKENS: Readonly<Record<string, string>> = {
  "{": "T_OBJ_BEGIN",
  "}": "T_OBJ_END",
  "[": "T_ARR_BEGIN",
  "]": "T_ARR_END",
  ":": "T_COLON",
  ",": "T_COMMA",
};

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
};

const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\0]*/y;
/** What C's strtod takes. */
const NUMBER_TEXT =
  /[+-]?(?:0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)/iy;
/** Numbers that JSON does not know, by their beginnings. */
const INVALID_NUMBER = /\+|-?0[x\d]|-?inf|-?nan/iy;
const UNICODE = /\\u([0-9a-f]{4})/iy;
/** Before what starts with it can only be a name: true, false, null. */
const WORDS = { true: "T_BOOLEAN", false: "T_BOOLEAN", null: "T_NULL" } as const;

interface Token {
  readonly type: string;
  /** Where it starts; of an error, where it was found. */
  readonly at: number;
  /** A string's characters, a number, a boolean. */
  readonly value?: string | number | boolean;
}

export class JsonReader {
  readonly #machine: LuaMachine;
  readonly #settings: JsonSettings;
  #text = "";
  #at = 0;

  constructor(machine: LuaMachine, settings: JsonSettings) {
    this.#machine = machine;
    this.#settings = settings;
  }

  /** Pushes the value that a text of one character per byte spells. */
  read(L: LuaState, text: string): void {
    this.#text = text;
    this.#at = 0;
    this.#value(L, this.#next(), 0);
    const end = this.#next();
    this.#text = "";
    if (end.type !== "T_END") this.#refuse(L, "the end", end);
  }

  #value(L: LuaState, token: Token, depth: number): void {
    const { api } = this.#machine;
    const { type, value } = token;
    this.#machine.pulse();
    if (type === "T_STRING") this.#string(L, token);
    else if (type === "T_NUMBER") api.lua_pushnumber(L, value as number);
    else if (type === "T_BOOLEAN") api.lua_pushboolean(L, value ? 1 : 0);
    else if (type === "T_NULL") api.lua_pushlightuserdata(L, 0);
    else if (type === "T_OBJ_BEGIN") this.#object(L, depth + 1);
    else if (type === "T_ARR_BEGIN") this.#array(L, depth + 1);
    else this.#refuse(L, "value", token);
  }

  #string(L: LuaState, { value }: Token): void {
    this.#machine.pushBytes(L, fromMapKey(value as string));
  }

  #descend(L: LuaState, depth: number): void {
    const machine = this.#machine;
    if (depth <= this.#settings.decodeDepthMax && machine.api.lua_checkstack(L, 4) !== 0) return;
    const place = `(${depth}) at character ${this.#at}`;
    machine.raise(L, `Found too many nested data structures ${place}`);
  }

  #object(L: LuaState, depth: number): void {
    const { api } = this.#machine;
    this.#descend(L, depth);
    api.lua_createtable(L, 0, 0);
    let token = this.#next();
    if (token.type === "T_OBJ_END") return;
    for (;;) {
      if (token.type !== "T_STRING") this.#refuse(L, "object key string", token);
      this.#string(L, token);
      const colon = this.#next();
      if (colon.type !== "T_COLON") this.#refuse(L, "colon", colon);
      this.#value(L, this.#next(), depth);
      api.lua_rawset(L, -3);
      const next = this.#next();
      if (next.type === "T_OBJ_END") return;
      if (next.type !== "T_COMMA") this.#refuse(L, "comma or object end", next);
      token = this.#next();
    }
  }

  #array(L: LuaState, depth: number): void {
    const { api } = this.#machine;
    this.#descend(L, depth);
    api.lua_createtable(L, 0, 0);
    let token = this.#next();
    if (token.type === "T_ARR_END") return;
    for (let index = 1; ; index++) {
      this.#value(L, token, depth);
      api.lua_rawseti(L, -2, index);
      const next = this.#next();
      if (next.type === "T_ARR_END") return;
      if (next.type !== "T_COMMA") this.#refuse(L, "comma or array end", next);
      token = this.#next();
    }
  }

  #refuse(L: LuaState, expected: string, { type, at, value }: Token): never {
    const found = type === "T_ERROR" ? value : type;
    return this.#machine.raise(L, `Expected ${expected} but found ${found} at character ${at + 1}`);
  }

  /** What `pattern` matches here, if anything; moves behind it. */
  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #looksAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  #error(reason: string): Token {
    return { type: "T_ERROR", at: this.#at, value: reason };
  }

  #next(): Token {
    this.#take(SPACE);
    const at = this.#at;
    const char = this.#text[at];
    // A text ends at its first NUL, as in C.
    if (char === undefined || char === "\0") return { type: "T_END", at };
    const mark = TOKENS[char];
    if (mark !== undefined) {
      this.#at++;
      return { type: mark, at };
    }
    if (char === '"') return this.#stringToken(at);
    const invalid = this.#looksAt(INVALID_NUMBER);
    if (char === "-" || (char >= "0" && char <= "9")) {
      if (invalid && !this.#settings.decodeInvalid) return this.#error("invalid number");
      return this.#numberToken(at);
    }
    for (const [word, type] of Object.entries(WORDS)) {
      if (!this.#text.startsWith(word, at)) continue;
      this.#at += word.length;
      return { type, at, value: word === "true" };
    }
    if (invalid && this.#settings.decodeInvalid) return this.#numberToken(at);
    return this.#error("invalid token");
  }

  #numberToken(at: number): Token {
    const text = this.#take(NUMBER_TEXT);
    if (text === null) return this.#error("invalid number");
    return { type: "T_NUMBER", at, value: parseNumber(text.toLowerCase()) };
  }

  #stringToken(at: number): Token {
    this.#at++;
    let value = "";
    for (;;) {
      value += this.#take(PLAIN) ?? "";
      const char = this.#text[this.#at];
      if (char === '"') {
        this.#at++;
        return { type: "T_STRING", at, value };
      }
      if (char !== "\\") return this.#error("unexpected end of string");
      const escaped = this.#text[this.#at + 1] ?? "";
      if (escaped === "u") {
        const bytes = this.#unicode();
        if (bytes === null) return this.#error("invalid unicode escape code");
        value += bytes;
        continue;
      }
      const plain = ESCAPES[escaped];
      if (plain === undefined) return this.#error("invalid escape code");
      value += plain;
      this.#at += 2;
    }
  }

  /** One code point, of two escapes if it is beyond U+FFFF, as UTF-8; null when it is none. */
  #unicode(): string | null {
    const start = this.#at;
    const first = this.#take(UNICODE);
    if (first === null) return null;
    let code = Number.parseInt(first.slice(2), 16);
    if ((code & 0xf800) === 0xd800) {
      const second = (code & 0x400) === 0 ? this.#take(UNICODE) : null;
      const low = second === null ? 0 : Number.parseInt(second.slice(2), 16);
      if ((low & 0xfc00) !== 0xdc00) {
        this.#at = start;
        return null;
      }
      code = ((code & 0x3ff) << 10) + (low & 0x3ff) + 0x10000;
    }
    return mapKey(Buffer.from(String.fromCodePoint(code)));
  }
}

/** The number that a text which strtod takes spells. */
function parseNumber(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const magnitude = text.replace(/^[+-]/, "");
  if (magnitude.startsWith("inf")) return sign * Infinity;
  if (magnitude === "nan") return Number.NaN;
  if (!magnitude.startsWith("0x")) return sign * Number(magnitude);
  const [digits = "", power = "0"] = magnitude.slice(2).split("p");
  const [whole = "", fraction = ""] = digits.split(".");
  const value = Number(`0x${whole}${fraction}`);
  return sign * value * 2 ** (Number(power) - 4 * fraction.length);
}
