/** A database of its own for a test, in a temporary directory. */

import type { DB } from "../../src/database/db.ts";
import { Ledis, type LedisOptions } from "../../src/database/ledis.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export interface TestLedis extends AsyncDisposable {
  /** The database that is open now. */
  readonly ledis: Ledis;
  /** Its database 0. */
  readonly db: DB;
  readonly directory: string;
  /** Ends the turn. */
  commit(): Promise<void>;
  /** Closes and opens again; without `save` everything since the last flush comes from the log. */
  reopen(options?: { readonly save: boolean }): Promise<void>;
}

/** `await using test = await openLedis();` */
export async function openLedis(options: Partial<LedisOptions> = {}): Promise<TestLedis> {
  const directory = temporaryDirectory();
  const open = () =>
    Ledis.open({
      writeBufferBytes: 8 << 20,
      cacheBytes: 8 << 20,
      ...options,
      directory: directory.path,
    });
  let ledis = await open();
  return {
    get ledis() {
      return ledis;
    },
    get db() {
      return ledis.select(0);
    },
    directory: directory.path,
    commit: () => ledis.committed(),
    async reopen(how = { save: false }) {
      await ledis.committed();
      await ledis.close(how);
      ledis = await open();
    },
    async [Symbol.asyncDispose]() {
      await ledis.close({ save: false });
      directory[Symbol.dispose]();
    },
  };
}
