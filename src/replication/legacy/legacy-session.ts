/**
 * A session with a LedisDB v0.1 master: takes a full copy where it must, then asks for its log again and again. What
 * it says becomes turns of this server's own, and with them the place in the master's log is stored.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { clock } from "../../clock.ts";
import { formatAddress } from "../../config/address.ts";
import { log } from "../../log.ts";
import { ForeignDatabases } from "../foreign/foreign-databases.ts";
import type { ForeignLink, ForeignServer, RefuseCopy } from "../foreign/foreign-master.ts";
import { readState } from "../foreign/migration-state.ts";
import type { Progress } from "../foreign/write-turn.ts";
import { LinkError } from "../link-error.ts";
import { downloadDump } from "./dump-download.ts";
import { fillFromDump } from "./dump-filler.ts";
import {
  decodeLegacyAnswer,
  formatPlace,
  LEGACY_COPY_NEEDED,
  LEGACY_EVENTS_MAX,
  type LegacyAnswer,
  type LegacyEvent,
  type LegacyPlace,
  NO_LEGACY_LOG,
  parsePlace,
} from "./legacy-answer.ts";
import { RecordWriter } from "./record-writer.ts";
import { writeTurns } from "./turn-writer.ts";

/** Where the master's dump stands while it is copied; in the data directory. */
export const DUMP_FILE = "legacy.dump";
/** Pauses between two questions while nothing is new, in ms: the shortest, the longest, and how they grow. */
const PAUSE_MS = 100;
const PAUSE_MAX_MS = 500;
const PAUSE_GROWTH = 1.25;
/** How often it is asked, while nothing is new, whether the master has begun another file, in ms. */
const PROBE_MS = 1000;
/** How long an error may last that a half-written event causes, before a full copy is taken, in ms. */
const ERROR_MS = 10_000;
/** A batch that goes on in the next answers is put together up to so many events and bytes: more would hold up others. */
const BATCH_EVENTS_MAX = 512;
const BATCH_BYTES_MAX = 256 * 1024;

export class LegacySession {
  readonly #host: ForeignServer;
  readonly #refusalOf: RefuseCopy;
  readonly #link: ForeignLink;
  readonly #master: string;
  #writer: RecordWriter;
  #place: LegacyPlace = { number: NO_LEGACY_LOG, position: 0 };
  #pauseMs = PAUSE_MS;
  /** Monotonic; 0: at once. */
  #nextProbeUs = 0;
  #failingSinceUs: number | null = null;
  /** Records that make no sense, since the link was made. */
  #skipped = 0;

  constructor(host: ForeignServer, link: ForeignLink, refusalOf: RefuseCopy) {
    this.#host = host;
    this.#refusalOf = refusalOf;
    this.#link = link;
    this.#master = formatAddress(link.address);
    host.translate();
    this.#writer = this.#newWriter();
  }

  /** Follows the master until something fails. @throws {LinkError | StorageError} what failed */
  async run(): Promise<never> {
    await rm(this.#dumpPath, { force: true });
    const state = readState(ForeignDatabases.seen(this.#host.ledis).notes);
    const place = state?.master === this.#master ? parsePlace(state.place) : null;
    if (place === null) await this.#copy();
    else this.#place = place;
    for (;;) {
      const answer = await this.#ask(this.#place);
      if (answer === null) {
        await this.#waitForEvent();
        continue;
      }
      if (answer.next.number === NO_LEGACY_LOG) {
        throw new LinkError(
          "the master keeps no log: set its binlog.use, or SLAVEOF NO ONE ends the migration",
        );
      }
      if (answer.next.number === LEGACY_COPY_NEEDED) await this.#copy();
      else if (isSame(answer.next, this.#place)) await this.#idle();
      else await this.#take(answer);
    }
  }

  #newWriter(): RecordWriter {
    const seen = ForeignDatabases.seen(this.#host.ledis);
    return new RecordWriter(seen, () => this.#skip());
  }

  #skip(): void {
    this.#skipped++;
    this.#link.skipped(this.#skipped);
  }

  get #dumpPath(): string {
    return join(this.#host.dataDirectory, DUMP_FILE);
  }

  /** Null after an error that will pass: an event that is being written looks cut off to the master. */
  async #ask(place: LegacyPlace): Promise<LegacyAnswer | null> {
    const reply = await this.#link.connection.call("SYNC", place.number, place.position);
    if (this.#link.signal.aborted) throw new LinkError("stopped");
    if (reply.kind === "bulk") {
      this.#failingSinceUs = null;
      return decodeLegacyAnswer(reply.bytes);
    }
    const text = reply.kind === "error" ? reply.text : reply.kind;
    if (!text.endsWith("EOF")) throw new LinkError(`SYNC was refused: ${text}`);
    return null;
  }

  /** The event at the place reached is not whole. It may be that for a moment, but not for long. */
  async #waitForEvent(): Promise<void> {
    this.#failingSinceUs ??= clock.monotonicUs();
    if ((clock.monotonicUs() - this.#failingSinceUs) / 1000 < ERROR_MS) {
      return this.#link.pause(PAUSE_MS);
    }
    this.#failingSinceUs = null;
    log.warn("replication", "the master's log has no event at the place reached", {
      master: this.#master,
      ...this.#place,
    });
    await this.#copy();
  }

  /** Writes an answer's events, and those of the next ones that belong to its last batch. */
  async #take(first: LegacyAnswer): Promise<void> {
    this.#pauseMs = PAUSE_MS;
    let { next } = first;
    let events: readonly LegacyEvent[] = first.events;
    let { bytes } = first;
    let isFull = events.length >= LEGACY_EVENTS_MAX;
    while (isFull && bytes < BATCH_BYTES_MAX && events.length < BATCH_EVENTS_MAX) {
      const more = await this.#ask(next);
      const goesOn = more !== null && more.events[0]?.time === events.at(-1)!.time;
      if (!goesOn) break;
      events = [...events, ...more.events];
      bytes += more.bytes;
      next = more.next;
      isFull = more.events.length >= LEGACY_EVENTS_MAX;
    }
    await this.#write(events, next);
    this.#place = next;
    this.#reached(next, false);
  }

  #reached({ number, position }: LegacyPlace, isAll: boolean): void {
    this.#link.reached({ file: number, offset: position }, isAll);
  }

  async #write(events: readonly LegacyEvent[], place: LegacyPlace): Promise<void> {
    const progress: Progress = {
      ledis: this.#host.ledis,
      isStopped: () => this.#link.signal.aborted,
    };
    const state = { master: this.#master, place: formatPlace(place) };
    await writeTurns(progress, this.#writer, events, state);
  }

  /**
   * Nothing is new. But a v0.1 master that has begun another file, as it does when it is started, says the same for
   * ever at the end of the file before.
   */
  async #idle(): Promise<void> {
    this.#reached(this.#place, true);
    if (clock.monotonicUs() >= this.#nextProbeUs) {
      this.#nextProbeUs = clock.monotonicUs() + PROBE_MS * 1000;
      if (await this.#isFileOver()) return;
    }
    await this.#link.pause(this.#pauseMs);
    if (this.#link.signal.aborted) throw new LinkError("stopped");
    this.#pauseMs = Math.min(PAUSE_MAX_MS, this.#pauseMs * PAUSE_GROWTH);
  }

  /** Goes on to the next file if there is one and this one is read; true when it did. */
  async #isFileOver(): Promise<boolean> {
    const place = this.#place;
    const next = { number: place.number + 1, position: 0 };
    const probe = await this.#ask(next);
    if (probe === null || probe.next.number < next.number) return false;
    // Now that the next file is known, this one does not grow any more: what it got before that is asked for again.
    const last = await this.#ask(place);
    if (last === null || !isSame(last.next, place)) return false;
    await this.#write([], next);
    this.#place = next;
    this.#pauseMs = PAUSE_MS;
    return true;
  }

  /** Replaces the databases by the master's. */
  async #copy(): Promise<void> {
    const { ledis } = this.#host;
    const master = this.#master;
    this.#link.copying();
    log.info("replication", "copying the database of a LedisDB v0.1 master", { master });
    const path = this.#dumpPath;
    try {
      const options = {
        timeoutMs: this.#link.timeoutMs,
        tls: this.#link.tls,
        isStopped: () => this.#link.signal.aborted,
        received: (bytes: number) => this.#link.received(bytes),
      };
      const bytes = await downloadDump(this.#link.address, path, options);
      const onSkip = () => this.#skip();
      const filling = { ...options, ledis, master, refusalOf: this.#refusalOf, onSkip };
      const { place, records } = await fillFromDump(path, filling);
      this.#place = place;
      log.info("replication", "the master's database is copied", { master, bytes, records });
    } finally {
      await rm(path, { force: true });
    }
    this.#writer = this.#newWriter();
    const { count } = this.#writer.names;
    if (count > 0) log.warn("replication", "keys of the master have other names here", { count });
  }
}

function isSame(a: LegacyPlace, b: LegacyPlace): boolean {
  return a.number === b.number && a.position === b.position;
}
