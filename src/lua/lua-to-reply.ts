/** What a script returns, as a reply. */
import {
  BigNumber,
  Double,
  ErrorReply,
  Pairs,
  type Reply,
  SetReply,
  Status,
  Verbatim,
} from "../resp/reply.ts";
import type { Protocol } from "../resp/reply-writer.ts";
import type { LuaMachine } from "./machine.ts";
import { BOOLEAN, type LuaState, NIL, NUMBER, STRING, TABLE } from "./wasm.ts";

/** Stack slots that one level of a value takes at most. */
const SLOTS = 8;
/** Tables nested deeper are refused: as many as Lua's stack has room for in Redis. */
const DEPTH_MAX = 1000;
/** What a value weighs beside its bytes: so that a table of many small ones cannot take all memory. */
const VALUE_BYTES = 64;
const VERBATIM_FORMAT = 3;
const TOO_DEEP = new ErrorReply("ERR reached lua stack limit");
const INT64_LIMIT = 2 ** 63;

/** The script's value is too large for a reply. */
export class ReplyTooLarge extends Error {
  override readonly name = "ReplyTooLarge";
}

export class ReplyReader {
  readonly #machine: LuaMachine;
  readonly #L: LuaState;
  readonly #protocol: Protocol;
  #bytesLeft: number;

  /**
   * @param protocol that the script has chosen: what becomes of booleans
   * @param bytesMax of all strings, about
   */
  constructor(machine: LuaMachine, L: LuaState, protocol: Protocol, bytesMax: number) {
    this.#machine = machine;
    this.#L = L;
    this.#protocol = protocol;
    this.#bytesLeft = bytesMax;
  }

  /** The value on top of the stack, which is taken. @throws {ReplyTooLarge} */
  take(depth = 0): Reply {
    const { api } = this.#machine;
    const L = this.#L;
    this.#machine.pulse();
    this.#weigh(VALUE_BYTES);
    const top = api.lua_gettop(L);
    const isTooDeep = depth > DEPTH_MAX || api.lua_checkstack(L, SLOTS) === 0;
    const reply = isTooDeep ? TOO_DEEP : this.#value(top, depth);
    api.lua_settop(L, top - 1);
    return reply;
  }

  #weigh(bytes: number): void {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft < 0) throw new ReplyTooLarge("the script's reply is too large");
  }

  #value(index: number, depth: number): Reply {
    const { api } = this.#machine;
    const L = this.#L;
    switch (api.lua_type(L, index)) {
      case STRING: {
        const view = this.#machine.viewOf(L, index)!;
        this.#weigh(view.length);
        return view.slice();
      }
      case NUMBER:
        return toInteger(api.lua_tonumber(L, index));
      case BOOLEAN: {
        const value = api.lua_toboolean(L, index) !== 0;
        if (this.#protocol === 3) return value;
        return value ? 1 : null;
      }
      case TABLE:
        return this.#marked(index) ?? this.#collection(index, depth);
      default:
        return null;
    }
  }

  /** The text in a field, as C sees it; null when it holds no string. */
  #text(index: number, name: string): string | null {
    const { api } = this.#machine;
    this.#machine.pushField(this.#L, index, name);
    const text = this.#machine.textOf(this.#L, -1);
    api.lua_settop(this.#L, -2);
    return text;
  }

  /** Tables that stand for one value. */
  #marked(index: number): Reply | undefined {
    const { api } = this.#machine;
    const L = this.#L;
    const error = this.#text(index, "err");
    if (error !== null) return new ErrorReply(error.split("\0", 1)[0]!);
    const status = this.#text(index, "ok");
    if (status !== null) return new Status(status.split("\0", 1)[0]!);
    this.#machine.pushField(L, index, "double");
    const isDouble = api.lua_type(L, -1) === NUMBER;
    const double = isDouble ? api.lua_tonumber(L, -1) : 0;
    api.lua_settop(L, -2);
    if (isDouble) return new Double(double);
    const bigNumber = this.#text(index, "big_number");
    if (bigNumber !== null) return new BigNumber(bigNumber.replace(/[\r\n]/g, " "));
    return this.#verbatim(index);
  }

  #verbatim(index: number): Reply | undefined {
    const { api } = this.#machine;
    const L = this.#L;
    this.#machine.pushField(L, index, "verbatim_string");
    const inner = api.lua_gettop(L);
    let reply: Reply | undefined;
    if (api.lua_type(L, inner) === TABLE) {
      const format = this.#text(inner, "format");
      this.#machine.pushField(L, inner, "string");
      if (format !== null && api.lua_type(L, -1) === STRING) {
        const bytes = this.#machine.bytesOf(L, -1)!;
        this.#weigh(bytes.length);
        const name = format.slice(0, VERBATIM_FORMAT).padEnd(VERBATIM_FORMAT);
        reply = new Verbatim(name, bytes);
      }
    }
    api.lua_settop(L, inner - 1);
    return reply;
  }

  #collection(index: number, depth: number): Reply {
    const { api } = this.#machine;
    const L = this.#L;
    this.#machine.pushField(L, index, "map");
    if (api.lua_type(L, -1) === TABLE) return new Pairs(this.#entries(depth, true));
    api.lua_settop(L, -2);
    this.#machine.pushField(L, index, "set");
    if (api.lua_type(L, -1) === TABLE) return new SetReply(this.#entries(depth, false));
    api.lua_settop(L, -2);
    const items: Reply[] = [];
    for (;;) {
      api.lua_rawgeti(L, index, items.length + 1);
      if (api.lua_type(L, -1) === NIL) return items;
      items.push(this.take(depth + 1));
    }
  }

  /** Keys, or keys and values in turn, of the table on top of the stack. */
  #entries(depth: number, withValues: boolean): Reply[] {
    const { api } = this.#machine;
    const L = this.#L;
    const items: Reply[] = [];
    api.lua_pushnil(L);
    while (api.lua_next(L, -2)) {
      if (!withValues) api.lua_settop(L, -2);
      api.lua_pushvalue(L, withValues ? -2 : -1);
      items.push(this.take(depth + 1));
      if (withValues) items.push(this.take(depth + 1));
    }
    return items;
  }
}

/** A double as C converts it to an int64: cut off; what does not fit becomes the smallest. */
function toInteger(value: number): number | bigint {
  const whole = Math.trunc(value) + 0;
  if (Number.isSafeInteger(whole)) return whole;
  return Math.abs(whole) < INT64_LIMIT ? BigInt(whole) : -(2n ** 63n);
}
