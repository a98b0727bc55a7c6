/** Where a row's value stands. */
import { hasTtl } from "./key-row.ts";
import { PRIOR_PRESENT, PRIOR_PRESENT_WITH_TTL, type Prior } from "./row-key.ts";

/** A stretch of bytes that holds a row's value; `buffer` belongs to the keyspace. */
export class RowValue {
  buffer: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  set(buffer: Uint8Array, start: number, end: number): this {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    return this;
  }

  get length(): number {
    return this.end - this.start;
  }
}

/** What a key row's value says of it. */
export function priorOf(value: RowValue): Prior {
  return hasTtl(value.buffer, value.start) ? PRIOR_PRESENT_WITH_TTL : PRIOR_PRESENT;
}
