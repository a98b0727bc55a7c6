/** The first line of a library of functions: `#!lua name=mylib`. */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { CommandError } from "../errors.ts";
import { inlineWords } from "../resp/inline-arguments.ts";

const MARK = "#!";
const NAME = /^name=/i;
const NUL = 0;
const NEW_LINE = 0x0a;

export interface LibraryHead {
  readonly name: string;
  /** Bytes before the code; the line feed stays, so that lines keep their numbers. */
  readonly bytes: number;
}

/** Whether a library or a function may have this name. */
export function isLibraryName(name: string): boolean {
  return /^\w+$/.test(name);
}

export const LIBRARY_NAME_ERROR =
  "Library names can only contain letters, numbers, or underscores(_) and must be at least one character long";

/** @throws {CommandError} another engine, no name or not such a one, or anything else on that line */
export function readLibraryHead(code: Bytes): LibraryHead {
  if (mapKey(code.subarray(0, MARK.length)) !== MARK) {
    throw new CommandError("ERR Missing library metadata");
  }
  const bytes = code.findIndex((byte) => byte === NEW_LINE || byte === NUL);
  const words = code[bytes] === NEW_LINE ? inlineWords(code.subarray(0, bytes)) : [];
  const [engine, ...values] = words.map(mapKey);
  if (engine === undefined) throw new CommandError("ERR Invalid library metadata");
  const name = readName(values);
  if (!isLibraryName(name)) throw new CommandError(`ERR ${LIBRARY_NAME_ERROR}`);
  const engineName = engine.slice(MARK.length);
  if (engineName.toLowerCase() !== "lua") {
    throw new CommandError(`ERR Engine '${engineName}' not found`);
  }
  return { name, bytes };
}

function readName(values: readonly string[]): string {
  let name: string | null = null;
  for (const value of values) {
    if (!NAME.test(value)) throw new CommandError(`ERR Invalid metadata value given: ${value}`);
    if (name !== null) {
      throw new CommandError("ERR Invalid metadata value, name argument was given multiple times");
    }
    name = value.replace(NAME, "");
  }
  if (name === null) throw new CommandError("ERR Library name was not given");
  return name;
}
