/**
 * A session with a Redis master: follows its stream of commands, behind a full copy where it must. What it says becomes
 * turns of this server's own, and with them the place in the stream is stored: nothing is done twice or left out.
 */
import { join } from "node:path";
import { formatAddress } from "../../config/address.ts";
import type { DB } from "../../database/db.ts";
import { log } from "../../log.ts";
import { ForeignDatabases } from "../foreign/foreign-databases.ts";
import type { ForeignLink, ForeignServer, RefuseCopy } from "../foreign/foreign-master.ts";
import { MasterStream } from "../foreign/master-stream.ts";
import { readState, writeState } from "../foreign/migration-state.ts";
import { type Progress, writeTurn } from "../foreign/write-turn.ts";
import { LinkError } from "../link-error.ts";
import { CommandApplier } from "./command-applier.ts";
import { CopySource } from "./copy-source.ts";
import { MasterClient } from "./master-client.ts";
import {
  formatPsyncPlace,
  type PsyncPlace,
  parsePsyncAnswer,
  parsePsyncPlace,
} from "./psync-place.ts";
import { fillFromRdb } from "./rdb-filler.ts";
import { StreamApplier } from "./stream-applier.ts";

/** Where what the master sends waits while its copy is being stored; in the data directory. */
const SPOOL_FILE = "redis.spool";
/** Of that, in memory, in files, and in one of them; beyond it the master has to wait. */
const SPOOL_LIMITS = { memoryBytesMax: 4 << 20, filesBytesMax: 2 ** 30, fileBytesMax: 64 << 20 };
/** How often the master is told how far this server is, in ms. */
const TICK_MS = 1000;
/** About how many bytes of the stream become one turn. */
const TURN_BYTES = 128 * 1024;

export class RedisSession {
  readonly #host: ForeignServer;
  readonly #link: ForeignLink;
  readonly #refusalOf: RefuseCopy;
  readonly #master: string;
  readonly #progress: Progress;
  readonly #notes: DB;
  /** What is stored; null until the first turn behind the copy, or behind the place that the master agreed to. */
  #place: PsyncPlace | null = null;
  #isCopying = false;
  #isAsked = false;

  constructor(host: ForeignServer, link: ForeignLink, refusalOf: RefuseCopy) {
    this.#host = host;
    this.#link = link;
    this.#refusalOf = refusalOf;
    this.#master = formatAddress(link.address);
    this.#progress = { ledis: host.ledis, isStopped: () => link.signal.aborted };
    host.translate();
    this.#notes = ForeignDatabases.seen(host.ledis).notes;
  }

  /** Follows the master until something fails. @throws {LinkError | StorageError} what failed */
  async run(): Promise<never> {
    const { address, connection, timeoutMs, tls, signal } = this.#link;
    connection.close();
    const stream = await MasterStream.open(address, {
      ...{ timeoutMs, tls, signal },
      spoolPath: join(this.#host.dataDirectory, SPOOL_FILE),
      limits: SPOOL_LIMITS,
      received: (bytes) => this.#link.received(bytes),
    });
    const timer = setInterval(() => this.#tick(stream), TICK_MS);
    try {
      await this.#introduce(stream);
      const place = await this.#begin(stream);
      return await this.#follow(stream, place);
    } finally {
      clearInterval(timer);
      stream.close();
    }
  }

  async #introduce(stream: MasterStream): Promise<void> {
    const { credentials, listeningPort } = this.#link;
    if (credentials.length > 0) await this.#say(stream, "AUTH", ...credentials);
    if (listeningPort > 0) await this.#say(stream, "REPLCONF", "listening-port", listeningPort);
    await this.#say(stream, "REPLCONF", "capa", "psync2");
  }

  async #say(stream: MasterStream, ...words: readonly (string | number)[]): Promise<void> {
    stream.send(...words);
    const answer = await stream.line();
    if (answer !== "+OK") throw new LinkError(`${words[0]} was refused: ${answer.slice(1)}`);
  }

  /** Agrees with the master on where to go on; takes a copy where that must be. */
  async #begin(stream: MasterStream): Promise<PsyncPlace> {
    // Whatever the master's address is now: its replication id is the only one of its kind.
    const known = parsePsyncPlace(readState(this.#notes)?.place ?? "");
    if (known === null) stream.send("PSYNC", "?", -1);
    else stream.send("PSYNC", known.replicationId, known.offset + 1);
    const answer = parsePsyncAnswer(await stream.line());
    if (answer.kind === "copy") return this.#copy(stream, answer);
    if (known === null) throw new LinkError("the master goes on with what was never begun");
    const { replicationId } = answer;
    return replicationId === null ? known : { ...known, replicationId };
  }

  async #copy(
    stream: MasterStream,
    { replicationId, offset }: Pick<PsyncPlace, "replicationId" | "offset">,
  ): Promise<PsyncPlace> {
    const master = this.#master;
    this.#link.copying();
    this.#isCopying = true;
    log.info("replication", "copying the database of a Redis master", { master });
    const source = new CopySource(stream, await stream.line());
    const { place, records: keys } = await fillFromRdb(
      source,
      { replicationId, offset },
      { ...this.#progress, master, refusalOf: this.#refusalOf },
    );
    this.#isCopying = false;
    log.info("replication", "the master's database is copied", { master, keys });
    return place;
  }

  /** Does what the master does, until something fails. */
  async #follow(stream: MasterStream, from: PsyncPlace): Promise<never> {
    const applying = new StreamApplier(from, this.#newApplier(from));
    for (;;) {
      let hasMore: boolean;
      do {
        hasMore = false;
        await writeTurn(this.#progress, () => {
          hasMore = applying.run(TURN_BYTES);
          this.#note(applying.place);
        });
        this.#place = applying.place;
        this.#link.skipped(applying.place.skipped);
        if (applying.failure !== null) throw applying.failure;
      } while (hasMore);
      if (this.#isAsked) this.#acknowledge(stream, this.#place);
      this.#isAsked = false;
      this.#reached(this.#place, stream.isDrained);
      applying.push(await stream.next());
    }
  }

  #newApplier({ database, skipped }: PsyncPlace): CommandApplier {
    const databases = ForeignDatabases.seen(this.#host.ledis);
    const client = new MasterClient(this.#master, this.#host.server, databases);
    client.select(database);
    return new CommandApplier(client, skipped, {
      asked: () => {
        this.#isAsked = true;
      },
    });
  }

  /** Stores the place that is reached with what this turn writes. */
  #note(place: PsyncPlace): void {
    if (place === this.#place) return;
    writeState(this.#notes, { master: this.#master, place: formatPsyncPlace(place) });
  }

  #tick(stream: MasterStream): void {
    if (this.#place !== null) {
      this.#acknowledge(stream, this.#place);
      // A master that has nothing to say is silent for ten seconds.
      if (stream.isWaiting) this.#reached(this.#place, true);
    } else if (this.#isCopying) {
      stream.sayNothing();
    }
  }

  #acknowledge(stream: MasterStream, { offset }: PsyncPlace): void {
    stream.send("REPLCONF", "ACK", offset);
  }

  #reached({ offset }: PsyncPlace, isAll: boolean): void {
    this.#link.reached({ file: 0, offset }, isAll);
  }
}
