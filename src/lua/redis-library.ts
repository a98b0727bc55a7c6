/** The library `redis`: what scripts and functions can do with the server. */
import { type Bytes, concatBytes, fromText, mapKey } from "../bytes/bytes.ts";
import { formatDouble } from "../bytes/double.ts";
import { log as processLog } from "../log.ts";
import { ErrorReply, type Reply } from "../resp/reply.ts";
import type { Protocol } from "../resp/reply-writer.ts";
import { Request } from "../resp/request.ts";
import { redisVersion } from "../version.ts";
import type { Library, LuaMachine } from "./machine.ts";
import { pushReply } from "./reply-to-lua.ts";
import { pushError, raiseError } from "./script-error.ts";
import { type LuaState, NUMBER, STRING } from "./wasm.ts";

/** What a script may ask of the server while it runs. */
export interface ScriptHost {
  /**
   * Runs a command.
   *
   * @param request as a parser's: its bytes stay, the object is used again for the next
   * @param protocol for replies that differ between the two
   */
  call(request: Request, protocol: Protocol): Reply;
  /** Whether there is such a command. */
  knows(request: Request): boolean;
  /** Whether the script's caller may run a command that is known. */
  allows(request: Request): boolean;
}

/** A script's run: what the library needs to know of it. */
export interface Run {
  readonly host: ScriptHost;
  /** RESP version whose conversion table is used; scripts start with 2. */
  protocol: Protocol;
}

const REPL_ALL = 3;
/** The process log's levels for LOG_DEBUG to LOG_WARNING. */
const LOG_LEVELS = ["debug", "info", "info", "warn"] as const;
const LOG_WARNING = LOG_LEVELS.length - 1;
const SPACE = fromText(" ");

function versionNumber(): number {
  const [major = 0, minor = 0, patch = 0] = redisVersion.split(".").map(Number);
  return (major << 16) | (minor << 8) | patch;
}

/** @param current the run under way */
export function redisLibrary(machine: LuaMachine, current: () => Run): Library {
  const { api } = machine;

  const request = new Request();

  /** The arguments as a request, valid until the next call; null, with an error pushed, when they are none. */
  function requestOf(L: LuaState): Request | null {
    const count = api.lua_gettop(L);
    if (count === 0) {
      pushError(machine, L, "Please specify at least one argument for this redis lib call");
      return null;
    }
    request.release();
    let bytes = 0;
    for (let index = 1; index <= count; index++) {
      const type = api.lua_type(L, index);
      if (type === NUMBER) {
        machine.pushText(L, formatDouble(api.lua_tonumber(L, index)));
        api.lua_replace(L, index);
      } else if (type !== STRING) {
        pushError(machine, L, "Lua redis lib command arguments must be strings or integers");
        return null;
      }
      const start = bytes;
      bytes += machine.lengthOf(L, index);
      request.add(start, bytes);
    }
    // Memory of its own: commands may keep views of it.
    const buffer = new Uint8Array(bytes);
    for (let index = 1, at = 0; index <= count; index++) {
      at = machine.copyString(L, index, buffer, at);
    }
    request.place(buffer, 0);
    api.lua_settop(L, 0);
    return request;
  }

  function call(L: LuaState, raises: boolean): number {
    const found = requestOf(L);
    if (found === null) return raises ? machine.throwTop(L) : 1;
    const run = current();
    const reply = run.host.call(found, run.protocol);
    pushReply(machine, L, reply, run.protocol);
    if (raises && reply instanceof ErrorReply) machine.throwTop(L);
    return 1;
  }

  function hasOneString(L: LuaState): boolean {
    return api.lua_gettop(L) === 1 && api.lua_type(L, -1) === STRING;
  }

  return {
    ...loggingLibrary(machine),
    REPL_NONE: 0,
    REPL_AOF: 1,
    REPL_SLAVE: 2,
    REPL_REPLICA: 2,
    REPL_ALL,
    call: (L) => call(L, true),
    pcall: (L) => call(L, false),
    sha1hex(L) {
      if (api.lua_gettop(L) !== 1) raiseError(machine, L, "wrong number of arguments");
      const bytes = machine.viewOf(L, 1) ?? new Uint8Array(0);
      machine.pushText(L, new Bun.CryptoHasher("sha1").update(bytes).digest("hex"));
      return 1;
    },
    error_reply(L) {
      if (!hasOneString(L)) pushError(machine, L, "wrong number or type of arguments");
      else pushError(machine, L, machine.textOf(L, 1)!.replace(/^-?/, "-"));
      return 1;
    },
    status_reply(L) {
      if (!hasOneString(L)) {
        pushError(machine, L, "wrong number or type of arguments");
        return 1;
      }
      api.lua_createtable(L, 0, 1);
      api.lua_pushvalue(L, 1);
      machine.setField(L, -3, "ok");
      return 1;
    },
    setresp(L) {
      if (api.lua_gettop(L) !== 1) raiseError(machine, L, "redis.setresp() requires one argument.");
      const protocol = Math.trunc(api.lua_tonumber(L, 1));
      if (protocol !== 2 && protocol !== 3) raiseError(machine, L, "RESP version must be 2 or 3.");
      current().protocol = protocol;
      return 0;
    },
    set_repl(L) {
      if (api.lua_gettop(L) !== 1)
        raiseError(machine, L, "redis.set_repl() requires two arguments.");
      if ((Math.trunc(api.lua_tonumber(L, 1)) & ~REPL_ALL) !== 0) {
        const choices = "Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.";
        raiseError(machine, L, `Invalid replication flags. ${choices}`);
      }
      return 0;
    },
    acl_check_cmd(L) {
      const found = requestOf(L);
      if (found === null) return machine.throwTop(L);
      if (!current().host.knows(found)) {
        raiseError(machine, L, "Invalid command passed to redis.acl_check_cmd()");
      }
      api.lua_pushboolean(L, current().host.allows(found) ? 1 : 0);
      return 1;
    },
  };
}

/** What scripts have besides, and functions have not. */
export function scriptFunctions({ api }: LuaMachine): Library {
  return {
    replicate_commands(L) {
      api.lua_pushboolean(L, 1);
      return 1;
    },
    breakpoint(L) {
      api.lua_pushboolean(L, 0);
      return 1;
    },
    debug: () => 0,
  };
}

/** The part that a library has already while it registers its functions: the log, and which Redis this is. */
export function loggingLibrary(machine: LuaMachine): Library {
  const { api } = machine;
  return {
    REDIS_VERSION: redisVersion,
    REDIS_VERSION_NUM: versionNumber(),
    LOG_DEBUG: 0,
    LOG_VERBOSE: 1,
    LOG_NOTICE: 2,
    LOG_WARNING,
    log(L) {
      const count = api.lua_gettop(L);
      if (count < 2) raiseError(machine, L, "redis.log() requires two arguments or more.");
      if (!api.lua_isnumber(L, 1)) {
        raiseError(machine, L, "First argument must be a number (log level).");
      }
      const level = LOG_LEVELS[Math.trunc(api.lua_tonumber(L, 1))];
      if (level === undefined) raiseError(machine, L, "Invalid debug level.");
      const parts: Bytes[] = [];
      for (let index = 2; index <= count; index++) {
        const bytes = machine.bytesOf(L, index);
        if (bytes !== null) parts.push(...(parts.length > 0 ? [SPACE, bytes] : [bytes]));
      }
      processLog[level]("script", mapKey(concatBytes(...parts)));
      return 0;
    },
  };
}
