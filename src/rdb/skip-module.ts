/** Passes what modules have saved, which is not read here: it says of itself what it consists of. */
import { RdbError } from "./rdb-error.ts";
import type { RdbReader } from "./rdb-reader.ts";

const END = 0;
const SIGNED = 1;
const UNSIGNED = 2;
const FLOAT = 3;
const DOUBLE = 4;
const STRING = 5;

/** Passes a value, or what a module keeps beside the values. @throws {RdbError} damaged */
export function skipModule(reader: RdbReader): void {
  reader.skipLength();
  for (;;) {
    const part = reader.length();
    if (part === END) return;
    if (part === SIGNED || part === UNSIGNED) reader.skipLength();
    else if (part === FLOAT) reader.skip(4);
    else if (part === DOUBLE) reader.skip(8);
    else if (part === STRING) reader.skipString();
    else throw new RdbError("damaged value of a module");
  }
}
