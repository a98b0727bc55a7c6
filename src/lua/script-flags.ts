/** The first line of a script that says what it needs: `#!lua flags=no-writes,allow-stale`. */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { CommandError } from "../errors.ts";

const NEW_LINE = 0x0a;
/** What scripts and functions can say of themselves, in the order in which Redis lists it. */
export const SCRIPT_FLAGS: readonly string[] = [
  ...["no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys"],
];

export interface ScriptHead {
  /** Bytes before the code; the line feed stays, so that lines keep their numbers. */
  readonly bytes: number;
  /** null: the script has no such line, and may do anything. */
  readonly flags: ReadonlySet<string> | null;
}

/** @throws {CommandError} another language, option or flag */
export function readScriptHead(body: Bytes): ScriptHead {
  if (body[0] !== 0x23 || body[1] !== 0x21) return { bytes: 0, flags: null };
  const end = body.indexOf(NEW_LINE);
  if (end < 0) throw new CommandError("ERR Invalid script shebang");
  const [engine = "", ...options] = mapKey(body.subarray(0, end))
    .split(/\s+/)
    .filter((word) => word !== "");
  if (engine !== "#!lua") {
    throw new CommandError(`ERR Unexpected engine in script shebang: ${engine}`);
  }
  const flags = new Set<string>();
  for (const option of options) {
    if (!option.startsWith("flags=")) {
      throw new CommandError(`ERR Unknown lua shebang option: ${option}`);
    }
    const text = option.slice("flags=".length);
    for (const flag of text === "" ? [] : text.split(",")) {
      if (!SCRIPT_FLAGS.includes(flag)) {
        throw new CommandError(`ERR Unexpected flag in script shebang: ${flag}`);
      }
      flags.add(flag);
    }
  }
  return { bytes: end, flags };
}
