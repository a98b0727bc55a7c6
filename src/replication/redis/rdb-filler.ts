/** Fills hidden databases with the copy of a Redis master. */
import { type Bytes, copyBytes, toText } from "../../bytes/bytes.ts";
import { CommandError } from "../../errors.ts";
import { log } from "../../log.ts";
import { readLibraryHead } from "../../lua/library-head.ts";
import { checking } from "../../rdb/check-value.ts";
import type { Slices } from "../../rdb/in-slices.ts";
import { RdbError } from "../../rdb/rdb-error.ts";
import { readRdbFile } from "../../rdb/rdb-file.ts";
import { type Filled, type FillOptions, fillHidden } from "../foreign/fill-hidden.ts";
import type { ForeignDatabases } from "../foreign/foreign-databases.ts";
import { type Progress, waitForRoom, writeNow } from "../foreign/write-turn.ts";
import { LinkError } from "../link-error.ts";
import type { CopySource } from "./copy-source.ts";
import { formatPsyncPlace, type PsyncPlace } from "./psync-place.ts";

/** Keys, and their bytes, after which a turn ends: others want to be served as well. */
const TURN_KEYS = 128;
const TURN_BYTES = 256 * 1024;
/** Longest value, in bytes. */
const VALUE_BYTES_MAX = 2 ** 30;
/** In which database the stream behind the copy begins, if the master is a slave itself. */
const STREAM_DATABASE = "repl-stream-db";

/** Ends turns while keys are being stored, and notices when one of them fails. */
class KeyBatches {
  readonly #options: Progress;
  #keys = 0;
  #bytes = 0;
  #failure: unknown = null;
  #committed: Promise<void> = Promise.resolve();

  constructor(options: Progress) {
    this.#options = options;
  }

  /** Stores a key. @throws {StorageError} the disk refuses, or has refused what came before */
  async add(bytes: number, storing: Slices): Promise<void> {
    while (!(await this.#step(storing))) await this.end();
    this.#bytes += bytes;
    if (++this.#keys >= TURN_KEYS || this.#bytes >= TURN_BYTES) await this.end();
  }

  /** Stores up to the next pause; true when there was none. */
  async #step(storing: Slices): Promise<boolean> {
    const { ledis } = this.#options;
    await waitForRoom(this.#options);
    let isDone = false;
    writeNow(ledis, () => {
      isDone = storing.next().done === true;
    });
    // The turn may end, and fail, before this batch is complete.
    this.#committed = ledis.committed().catch((error: unknown) => {
      this.#failure ??= error;
    });
    return isDone;
  }

  /** @throws {StorageError} the disk has refused what was stored */
  async end(): Promise<void> {
    await this.#committed;
    if (this.#failure !== null) throw this.#failure;
    this.#keys = this.#bytes = 0;
  }
}

/**
 * Puts a copy in the place of the databases; see fillHidden.
 *
 * @param at the place that the copy stands for
 * @throws {LinkError} it is damaged, refused, or nobody wants it any more
 * @throws {StorageError} the disk refuses
 */
export async function fillFromRdb(
  source: CopySource,
  at: Pick<PsyncPlace, "replicationId" | "offset">,
  options: FillOptions,
): Promise<Filled<PsyncPlace>> {
  const fill = async (hidden: ForeignDatabases) => {
    const { records, libraries, database, skipped } = await store(source, hidden, options);
    if (!source.isWhole) throw new LinkError("the master's copy is longer than it says");
    return { place: { ...at, database, skipped }, records, libraries };
  };
  try {
    return await fillHidden(options, fill, formatPsyncPlace);
  } catch (error) {
    if (!(error instanceof RdbError || error instanceof CommandError)) throw error;
    throw new LinkError(`the master's copy: ${error.message}`, { cause: error });
  }
}

interface Stored {
  /** Keys. */
  readonly records: number;
  /** Code of libraries of functions, by name. */
  readonly libraries: ReadonlyMap<string, Bytes>;
  /** In which database the stream begins. */
  readonly database: number;
  /** Values, and what else there was, that cannot be stored here. */
  readonly skipped: number;
}

async function store(
  source: CopySource,
  hidden: ForeignDatabases,
  progress: Progress,
): Promise<Stored> {
  const batches = new KeyBatches(progress);
  const skipped = new Map<string, number>();
  const libraries = new Map<string, Bytes>();
  let [records, database] = [0, 0];
  for await (const record of readRdbFile(source.pieces(), { valueBytesMax: VALUE_BYTES_MAX })) {
    if (record.kind === "key") {
      const { key, value, expireAtMs } = record;
      const { dumps } = hidden.at(record.database);
      for (const _ of checking(value)) await new Promise((resolve) => setImmediate(resolve));
      await batches.add(record.bytes, dumps.storing(key, value, expireAtMs));
      records++;
    } else if (record.kind === "library") {
      libraries.set(readLibraryHead(record.code).name, copyBytes(record.code));
    } else if (record.kind === "skipped") {
      skipped.set(record.what, (skipped.get(record.what) ?? 0) + 1);
    } else if (record.kind === "aux" && toText(record.name) === STREAM_DATABASE) {
      database = Math.max(0, Number(toText(record.value)) || 0);
    }
  }
  await batches.end();
  for (const [what, count] of skipped) {
    log.warn("replication", "the master's copy holds what cannot be stored here", { what, count });
  }
  const sum = [...skipped.values()].reduce((total, count) => total + count, 0);
  return { records, libraries, database, skipped: sum };
}
