/**
 * Fills hidden databases with the copy of a Redis master and puts them in the place of those that clients see, in one
 * turn: until then clients see the old data, and afterwards all of the new; a crash in between leaves the old.
 */
import { type Bytes, toText } from "../../bytes/bytes.ts";
import { log } from "../../log.ts";
import { checkValue } from "../../rdb/check-value.ts";
import { RdbError } from "../../rdb/rdb-error.ts";
import { readRdbFile } from "../../rdb/rdb-file.ts";
import { ForeignDatabases } from "../foreign/foreign-databases.ts";
import type { RefuseCopy } from "../foreign/foreign-master.ts";
import { beginFilling, writeState } from "../foreign/migration-state.ts";
import { type Progress, waitForRoom, writeNow, writeTurn } from "../foreign/write-turn.ts";
import { LinkError } from "../link-error.ts";
import { formatPsyncPlace, type PsyncPlace } from "./psync-place.ts";

/** Keys, and their bytes, after which a turn ends: others want to be served as well. */
const TURN_KEYS = 128;
const TURN_BYTES = 256 * 1024;
/** Longest value, in bytes. */
const VALUE_BYTES_MAX = 2 ** 30;
/** In which database the stream behind the copy begins, if the master is a slave itself. */
const STREAM_DATABASE = "repl-stream-db";

export interface RdbFillOptions extends Progress {
  /** Whose copy it is, as `host:port`. */
  readonly master: string;
  /** The place that the copy stands for, but for the database. */
  readonly place: Pick<PsyncPlace, "replicationId" | "offset">;
  readonly refusalOf: RefuseCopy;
  /** Told of each value that cannot be stored here. */
  onSkip(): void;
}

export interface RdbFilled {
  /** Where the stream goes on. */
  readonly place: PsyncPlace;
  readonly keys: number;
}

/** Ends turns while keys are being stored, and notices when one of them fails. */
class KeyBatches {
  readonly #options: RdbFillOptions;
  #keys = 0;
  #bytes = 0;
  #failure: unknown = null;
  #committed: Promise<void> = Promise.resolve();

  constructor(options: RdbFillOptions) {
    this.#options = options;
  }

  /** Stores what `work` stores. @throws {StorageError} the disk refuses, or has refused what came before */
  async add(bytes: number, work: () => void): Promise<void> {
    const { ledis } = this.#options;
    await waitForRoom(this.#options);
    writeNow(ledis, work);
    // The turn may end, and fail, before this batch is complete.
    this.#committed = ledis.committed().catch((error: unknown) => {
      this.#failure ??= error;
    });
    this.#bytes += bytes;
    if (++this.#keys >= TURN_KEYS || this.#bytes >= TURN_BYTES) await this.end();
  }

  /** @throws {StorageError} the disk has refused what was stored */
  async end(): Promise<void> {
    await this.#committed;
    if (this.#failure !== null) throw this.#failure;
    this.#keys = this.#bytes = 0;
  }
}

/**
 * @param pieces the copy
 * @throws {LinkError} it is damaged, refused, or nobody wants it any more
 * @throws {StorageError} the disk refuses
 */
export async function fillFromRdb(
  pieces: AsyncIterable<Bytes>,
  options: RdbFillOptions,
): Promise<RdbFilled> {
  try {
    return await fill(pieces, options);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    throw new LinkError(`the master's copy: ${error.message}`, { cause: error });
  }
}

async function fill(pieces: AsyncIterable<Bytes>, options: RdbFillOptions): Promise<RdbFilled> {
  const { ledis, master, refusalOf } = options;
  let hidden = ForeignDatabases.hidden(ledis);
  await writeTurn(options, () => {
    hidden = beginFilling(ledis);
  });
  const batches = new KeyBatches(options);
  const skipped = new Map<string, number>();
  let [keys, database] = [0, 0];
  for await (const record of readRdbFile(pieces, { valueBytesMax: VALUE_BYTES_MAX })) {
    if (record.kind === "key") {
      const { key, value, expireAtMs } = record;
      const { dumps } = hidden.at(record.database);
      checkValue(value);
      await batches.add(record.bytes, () => dumps.storeChecked(key, value, expireAtMs));
      keys++;
    } else if (record.kind === "skipped") {
      options.onSkip();
      skipped.set(record.what, (skipped.get(record.what) ?? 0) + 1);
    } else if (record.kind === "aux" && toText(record.name) === STREAM_DATABASE) {
      database = Math.max(0, Number(toText(record.value)) || 0);
    }
  }
  await batches.end();
  for (const [what, count] of skipped) {
    log.warn("replication", "the master's copy holds what cannot be stored here", { what, count });
  }
  const refusal = await refusalOf(keys);
  if (refusal !== null) throw new LinkError(refusal);
  const place = { ...options.place, database };
  await writeTurn(options, () => {
    writeState(hidden.notes, { master, place: formatPsyncPlace(place) });
    hidden.install();
  });
  return { place, keys };
}
