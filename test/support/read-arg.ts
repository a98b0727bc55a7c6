/** Reads words as a command's argument. */
import { fromText } from "../../src/bytes/bytes.ts";
import type { Arg } from "../../src/commands/args.ts";
import { Words } from "../../src/commands/words.ts";
import { Request } from "../../src/resp/request.ts";

export function readArg<T>(arg: Arg<T>, ...texts: readonly string[]): T {
  return arg.read(new Words().of(Request.of(["NAME", ...texts].map(fromText)), 1));
}
