/** Errors between scripts and commands: tables with a field `err`. */
import type { LuaMachine } from "./machine.ts";
import { type LuaState, NUMBER, STRING, TABLE } from "./wasm.ts";

/** A text as C sees it. */
function untilNul(text: string): string {
  return text.split("\0", 1)[0]!;
}

/**
 * Pushes an error table. A text without a code word gets ERR; `-CODE text` brings its own.
 *
 * @param isCounted it was counted already when the command failed
 */
export function pushError(machine: LuaMachine, L: LuaState, text: string, isCounted = false): void {
  let code = "ERR";
  let message = untilNul(text);
  if (message.startsWith("-")) {
    const space = message.indexOf(" ");
    if (space >= 0) code = message.slice(1, space);
    message = message.slice(space < 0 ? 1 : space + 1);
  }
  machine.api.lua_createtable(L, 0, 2);
  machine.pushText(L, `${code} ${message.replace(/^[\r\n]+|[\r\n]+$/g, "")}`);
  machine.setField(L, -3, "err");
  if (!isCounted) return;
  machine.api.lua_pushboolean(L, 1);
  machine.setField(L, -3, "ignore_error_stats_update");
}

/** Raises an error table. */
export function raiseError(machine: LuaMachine, L: LuaState, text: string): never {
  pushError(machine, L, text);
  return machine.throwTop(L);
}

/** The text of the error on top of the stack, with its code word. */
export function errorOf(machine: LuaMachine, L: LuaState): string {
  const top = machine.api.lua_gettop(L);
  if (machine.api.lua_type(L, top) !== TABLE) return `ERR ${machine.textOf(L, top) ?? "nil"}`;
  return field(machine, L, top, "err") ?? "ERR unknown error";
}

/**
 * The reply's text for the error on top of the stack, which ended a script.
 *
 * @param sha names the script
 */
export function errorText(machine: LuaMachine, L: LuaState, sha: string): string {
  const { api } = machine;
  const top = api.lua_gettop(L);
  if (api.lua_type(L, top) !== TABLE) {
    const text = untilNul(machine.textOf(L, top) ?? "execution failure").slice(0, 100);
    return `ERR Error running script ${sha}, ${text}`;
  }
  const text = untilNul(field(machine, L, top, "err") ?? "ERR unknown error");
  const source = field(machine, L, top, "source");
  const line = field(machine, L, top, "line");
  if (source === null || line === null) return text;
  return `${text} script: ${sha}, on ${source}:${line}.`;
}

/** A string or number of the table at `index`, as text; null when it has no such field. */
function field(machine: LuaMachine, L: LuaState, index: number, name: string): string | null {
  const { api } = machine;
  machine.pushField(L, index, name);
  const type = api.lua_type(L, -1);
  const text =
    type === STRING
      ? machine.textOf(L, -1)
      : type === NUMBER
        ? String(api.lua_tonumber(L, -1))
        : null;
  api.lua_settop(L, -2);
  return text;
}
