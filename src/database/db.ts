/** One database: its keys, and the operations of every type on them. Bytes in, values out, no protocol. */
import { KeyTable } from "./key-table.ts";
import type { Ledis } from "./ledis.ts";
import { Strings } from "./strings.ts";

export class DB {
  /** Number of the database. */
  readonly number: number;
  readonly table: KeyTable;
  readonly strings: Strings;

  constructor(number: number, ledis: Ledis) {
    this.number = number;
    this.table = new KeyTable(number, ledis.keyspace, ledis.spaces, ledis.expiry);
    this.strings = new Strings(this.table, () => ledis.options.valueBytesMax);
  }
}
