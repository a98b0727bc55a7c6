/**
 * The database that the server serves, and the replies of its turns. It can be replaced while the server runs: requests
 * that arrive meanwhile wait, as they do at the start.
 */
import { Ledis, type LedisOptions } from "../database/ledis.ts";
import { StorageError } from "../errors.ts";
import { log } from "../log.ts";
import { TurnOutput } from "./turn-output.ts";

/** Pause between two attempts to open a database that replaces another one, in ms. */
const RETRY_MS = 1000;
/** Place in the log while there is none. */
const NOWHERE = { file: 0, offset: 0 };

export interface DatabaseListener {
  /** A turn is in the log, and wrote something. */
  grew(): void;
  /** The log became durable, or could not be made so. */
  synced(): void;
}

export class ServedDatabase {
  readonly #options: () => LedisOptions;
  readonly #listener: DatabaseListener;
  #ledis: Ledis | null = null;
  #isOpen = false;
  #isGivenUp = false;
  #afterTurn: (() => void)[] = [];
  #isScheduled = false;
  readonly output: TurnOutput;

  /** @param options how to open it, asked for each time */
  constructor(options: () => LedisOptions, listener: DatabaseListener) {
    this.#options = options;
    this.#listener = listener;
    const place = (name: "position" | "syncedPosition") => this.#ledis?.keyspace[name] ?? NOWHERE;
    const durability = {
      get position() {
        return place("position");
      },
      get syncedPosition() {
        return place("syncedPosition");
      },
    };
    this.output = new TurnOutput(durability, () => this.#ledis?.keyspace.isSyncAwaited ?? false);
  }

  /** False before it was opened, and while it is being replaced. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The database; null before the first was opened. While it is being replaced: the old one. */
  get current(): Ledis | null {
    return this.#ledis;
  }

  /** @throws {StorageError} it cannot be opened */
  async open(): Promise<void> {
    const ledis = await Ledis.open(this.#options());
    this.#ledis = ledis;
    ledis.turns.listen({
      committed: (wrote) => {
        this.output.committed();
        this.#turnEnded();
        if (wrote) this.#listener.grew();
      },
      failed: (error) => {
        this.output.failed(error);
        this.#turnEnded();
      },
    });
    ledis.keyspace.onSync((failure) => {
      this.output.synced(failure);
      this.#listener.synced();
    });
    this.#isOpen = true;
  }

  /**
   * Closes the database and opens its directory again, where another content has been put in place. Tries until that
   * succeeds: there is no way back.
   *
   * @throws {StorageError} given up by `close`
   */
  async replace(): Promise<void> {
    const old = this.#ledis!;
    this.#isOpen = false;
    await old.close({ save: false }).catch((error: unknown) => {
      log.warn("server", "the database that is replaced did not close well", { error });
    });
    const { position, syncedPosition } = old.keyspace;
    const isDurable =
      position.file === syncedPosition.file && position.offset === syncedPosition.offset;
    this.output.synced(isDurable ? null : "the database was replaced");
    while (!this.#isGivenUp) {
      try {
        return await this.open();
      } catch (error) {
        log.error("server", "cannot open the database that replaces the old one", { error });
        await Bun.sleep(RETRY_MS);
      }
    }
    throw new StorageError("the server stops");
  }

  /** Calls `work` when the present turn has ended. */
  afterTurn(work: () => void): void {
    this.#afterTurn.push(work);
    this.scheduleTurn();
  }

  /** Makes sure that a turn ends soon; what was answered leaves even while there is no database. */
  scheduleTurn(): void {
    if (this.#isOpen) {
      this.#ledis!.turns.schedule();
    } else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        this.output.committed();
        this.#turnEnded();
      });
    }
  }

  /** Does not wait for a replacement that does not come. */
  giveUp(): void {
    this.#isGivenUp = true;
  }

  #turnEnded(): void {
    for (const work of this.#afterTurn.splice(0)) work();
  }
}
