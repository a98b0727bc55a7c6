/** A command's reply as a Lua value, by the conversion table of the protocol that the script has chosen. */

import { fromText } from "../bytes/bytes.ts";
import { Stretch } from "../bytes/stretch.ts";
import {
  BigNumber,
  Double,
  ErrorReply,
  NullArray,
  Pairs,
  Push,
  type Reply,
  SetReply,
  Status,
  Verbatim,
} from "../resp/reply.ts";
import type { Protocol } from "../resp/reply-writer.ts";
import type { LuaMachine } from "./machine.ts";
import { pushError } from "./script-error.ts";
import type { LuaState } from "./wasm.ts";

/** Stack slots that one level of a reply takes at most. */
const SLOTS = 8;

/** Pushes the value of a reply. */
export function pushReply(
  machine: LuaMachine,
  L: LuaState,
  reply: Reply,
  protocol: Protocol,
): void {
  const { api } = machine;
  if (typeof reply === "number") api.lua_pushnumber(L, reply);
  else if (typeof reply === "string") machine.pushBytes(L, fromText(reply));
  else if (typeof reply === "bigint") api.lua_pushnumber(L, Number(reply));
  else if (typeof reply === "boolean") {
    if (protocol === 3) api.lua_pushboolean(L, reply ? 1 : 0);
    else api.lua_pushnumber(L, reply ? 1 : 0);
  } else if (reply === null || reply instanceof NullArray) pushNull(machine, L, protocol);
  else if (reply instanceof Uint8Array) machine.pushBytes(L, reply);
  else if (reply instanceof Stretch) machine.pushBytes(L, reply.view());
  else pushObject(machine, L, reply, protocol);
}

type ReplyObject = Exclude<Extract<Reply, object>, Uint8Array | NullArray | Stretch>;

function pushObject(
  machine: LuaMachine,
  L: LuaState,
  reply: ReplyObject,
  protocol: Protocol,
): void {
  const { api } = machine;
  if (api.lua_checkstack(L, SLOTS) === 0) machine.raise(L, "stack overflow");
  if (reply instanceof Status) {
    api.lua_createtable(L, 0, 1);
    machine.pushText(L, reply.text);
    machine.setField(L, -3, "ok");
  } else if (reply instanceof ErrorReply) pushError(machine, L, `-${reply.text}`, true);
  else if (reply instanceof Double) pushDouble(machine, L, reply, protocol);
  else if (reply instanceof Verbatim) pushVerbatim(machine, L, reply, protocol);
  else if (reply instanceof BigNumber) pushWrapped(machine, L, "big_number", reply.text, protocol);
  else if (reply instanceof Pairs && protocol === 3) pushMap(machine, L, reply.items);
  else if (reply instanceof SetReply && protocol === 3) pushSet(machine, L, reply.items);
  else pushArray(machine, L, itemsOf(reply), protocol);
}

function itemsOf(reply: ReplyObject): readonly Reply[] {
  const hasItems = reply instanceof Pairs || reply instanceof SetReply || reply instanceof Push;
  if (hasItems) return reply.items;
  if (Array.isArray(reply)) return reply;
  // Encoded, messages, replies in pieces: no command that a script may call answers them.
  throw new Error(`no script can read ${reply.constructor.name}`);
}

function pushNull({ api }: LuaMachine, L: LuaState, protocol: Protocol): void {
  if (protocol === 3) api.lua_pushnil(L);
  else api.lua_pushboolean(L, 0);
}

function pushDouble(machine: LuaMachine, L: LuaState, reply: Double, protocol: Protocol): void {
  if (protocol === 2) {
    machine.pushText(L, reply.text);
    return;
  }
  machine.api.lua_createtable(L, 0, 1);
  machine.api.lua_pushnumber(L, reply.value);
  machine.setField(L, -3, "double");
}

function pushWrapped(
  machine: LuaMachine,
  L: LuaState,
  field: string,
  text: string,
  protocol: Protocol,
): void {
  if (protocol === 3) machine.api.lua_createtable(L, 0, 1);
  machine.pushText(L, text);
  if (protocol === 3) machine.setField(L, -3, field);
}

function pushVerbatim(
  machine: LuaMachine,
  L: LuaState,
  { format, text }: Verbatim,
  protocol: Protocol,
): void {
  const { api } = machine;
  const bytes = typeof text === "string" ? fromText(text) : text;
  if (protocol === 2) {
    machine.pushBytes(L, bytes);
    return;
  }
  api.lua_createtable(L, 0, 1);
  api.lua_createtable(L, 0, 2);
  machine.pushBytes(L, bytes);
  machine.setField(L, -3, "string");
  machine.pushText(L, format);
  machine.setField(L, -3, "format");
  machine.setField(L, -3, "verbatim_string");
}

function pushArray(
  machine: LuaMachine,
  L: LuaState,
  items: readonly Reply[],
  protocol: Protocol,
): void {
  const { api } = machine;
  api.lua_createtable(L, items.length, 0);
  for (let index = 0; index < items.length; index++) {
    pushReply(machine, L, items[index]!, protocol);
    api.lua_rawseti(L, -2, index + 1);
  }
}

function pushMap(machine: LuaMachine, L: LuaState, items: readonly Reply[]): void {
  const { api } = machine;
  api.lua_createtable(L, 0, 1);
  api.lua_createtable(L, 0, items.length / 2);
  for (const item of items.entries()) {
    pushReply(machine, L, item[1], 3);
    if (item[0] % 2 === 1) api.lua_rawset(L, -3);
  }
  machine.setField(L, -3, "map");
}

function pushSet(machine: LuaMachine, L: LuaState, items: readonly Reply[]): void {
  const { api } = machine;
  api.lua_createtable(L, 0, 1);
  api.lua_createtable(L, 0, items.length);
  for (const item of items) {
    pushReply(machine, L, item, 3);
    api.lua_pushboolean(L, 1);
    api.lua_rawset(L, -3);
  }
  machine.setField(L, -3, "set");
}
