/**
 * A slave's link to its master: connects, introduces itself, and repeats the master's log, for as long as it is wanted.
 * Whatever goes wrong ends the session; the next one begins after a pause, where the log ends.
 */

import type { LogPosition } from "../binlog/position.ts";
import { type Bytes, equalBytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import type { LinkState, MasterStatus } from "../commands/replication.ts";
import { formatAddress, type TcpAddress } from "../config/address.ts";
import { messageOf } from "../errors.ts";
import { LogMismatch } from "../keyspace/log/foreign-turns.ts";
import { log } from "../log.ts";
import type { ClientTls } from "../net/connect.ts";
import type { ParsedReply } from "../resp/parsed-reply.ts";
import { Backoff } from "./backoff.ts";
import { takeCopy } from "./copy-taker.ts";
import { type ForeignKind, type ForeignLink, ForeignMaster } from "./foreign/foreign-master.ts";
import type { MasterGreeting } from "./greeting.ts";
import { askToLead, authenticate, greet, type TakeOver } from "./handshake.ts";
import { LinkError } from "./link-error.ts";
import { LinkProgress } from "./link-progress.ts";
import { MasterConnection } from "./master-connection.ts";
import { expectOk } from "./master-refusal.ts";
import type { CopyBuilder, ReplicatedKeyspace } from "./replicated-log.ts";
import { decodeSyncAnswer, FULL_COPY_NEEDED, NO_LOG, type SyncAnswer } from "./sync-answer.ts";
import { turnSlices } from "./turn-slices.ts";

/** How often the master is asked who it follows and where its log ends, in ms. */
const GREET_MS = 1000;
/** Longest stretch of log that is taken: a turn may be large. */
const STRETCH_BYTES_MAX = 2 ** 31 - 1;
/** About how much of it is taken in within one iteration of the event loop, in bytes. */
const SLICE_BYTES = 128 << 10;
/** A link to a foreign master that was up for so long is a good one, in ms. */
const LASTING_MS = 10_000;
/** Answers that do not fit, one after the other at the same place, before a full copy is taken. */
const MISMATCHES_MAX = 3;

export interface LinkSettings {
  /** What AUTH is sent with: a password, or a user and one; empty: it is not sent. */
  readonly credentials: readonly string[];
  /** Longest silence of the master, in ms. */
  readonly timeoutMs: number;
  /** null: without TLS. */
  readonly tls: ClientTls | null;
}

/** What the link works on: the server around it. */
export interface LinkHost {
  /** The database as it is now; another one after `replaceDatabase`. */
  readonly keyspace: ReplicatedKeyspace;
  readonly runId: string;
  readonly listeningPort: number;
  readonly settings: LinkSettings;
  /** Whether a server of this run follows this one. */
  isFollowedBy(runId: string): boolean;
  /** From now on the master's log is repeated: the database takes no turns of its own. */
  repeat(): void;
  /** Follows a master of another kind until something fails. */
  followForeign(kind: ForeignKind, link: ForeignLink): Promise<never>;
  /** The log has grown. */
  grew(): void;
  /** `status` has changed. */
  changed(): void;
  createCopy(head: Bytes): Promise<CopyBuilder>;
  /** Why a copy must not take the place of the database; null when it may. */
  refusalOf(copy: CopyBuilder): Promise<string | null>;
  /** Puts the finished copy in the place of the database. */
  replaceDatabase(): Promise<void>;
}

export interface LinkOptions {
  readonly backoff?: Backoff;
  /** Begins only when this is settled: an earlier link may have to end first. */
  readonly after?: Promise<void>;
  readonly takeOver?: TakeOver | null;
}

export class SlaveLink {
  readonly address: TcpAddress;
  readonly #host: LinkHost;
  readonly #backoff: Backoff;
  readonly #done: Promise<void>;
  #takeOver: TakeOver | null;
  readonly #progress = new LinkProgress();
  #state: LinkState = "connect";
  readonly #stopping = new AbortController();
  #wake: () => void = () => {};
  #greeting: MasterGreeting | null = null;
  #greetedMs = 0;
  #error: string | null = null;
  #masterPlace: LogPosition | null = null;
  /** What of the log was last reported to be durable. */
  #reported: LogPosition = { file: 0, offset: 0 };
  #mismatches = 0;

  constructor(address: TcpAddress, host: LinkHost, options: LinkOptions = {}) {
    const { backoff = new Backoff(), after = Promise.resolve(), takeOver = null } = options;
    this.address = address;
    this.#host = host;
    this.#backoff = backoff;
    this.#takeOver = takeOver;
    this.#done = after.then(() => this.#run());
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Run ids of the master, its master, and so on, as last told. */
  get chain(): readonly string[] {
    return this.#greeting === null ? [] : [this.#greeting.runId, ...this.#greeting.chain];
  }

  /** Place reached in the log of a foreign master; null: this server's log is the master's. */
  get masterPlace(): LogPosition | null {
    return this.#masterPlace;
  }

  /** Changes nothing any more from now on; resolves when everything of it has ended. */
  stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    return this.#done;
  }

  status(): MasterStatus {
    const { host, port } = this.address;
    const { offset } = this.#host.keyspace.history;
    return {
      ...{ host, port, state: this.#state, error: this.#error },
      ...this.#progress.status(this.#state),
      lagBytes: this.#greeting === null ? -1 : Math.max(0, this.#greeting.offset - offset),
    };
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#session();
      } catch (error) {
        if (this.#isStopped) break;
        this.#failed(error);
      }
      await this.#pause(this.#backoff.next());
    }
  }

  #failed(error: unknown): void {
    const reason = messageOf(error);
    if (reason !== this.#error) {
      const master = formatAddress(this.address);
      log.warn("replication", "the link to the master is down", { master, reason });
    }
    this.#error = reason;
    this.#become("connect");
  }

  #pause(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #become(state: LinkState): void {
    if (this.#state === "connected") this.#progress.up();
    if (this.#state === state) return;
    this.#state = state;
    this.#host.changed();
  }

  async #session(): Promise<never> {
    const { credentials, timeoutMs, tls } = this.#host.settings;
    this.#become("connecting");
    const connection = await MasterConnection.open(this.address, {
      ...{ timeoutMs, tls },
      signal: this.#stopping.signal,
    });
    connection.onReceived((bytes) => this.#progress.heard(bytes));
    try {
      if (this.#isStopped) throw new LinkError("stopped");
      this.#become("handshake");
      await authenticate(connection, credentials, this.#takeOver);
      await this.#askToLead(connection);
      await this.#greet(connection);
      this.#masterPlace = null;
      this.#host.repeat();
      return await this.#follow(connection);
    } catch (error) {
      if (this.#isStopped || !(error instanceof ForeignMaster)) throw error;
      this.#greeting = null;
      return await this.#followForeign(error, connection);
    } finally {
      connection.close();
    }
  }

  async #askToLead(connection: MasterConnection): Promise<void> {
    const takeOver = this.#takeOver;
    if (takeOver === null) return;
    await askToLead(connection, this.#host.runId, this.#host.keyspace.history, takeOver);
    this.#takeOver = null;
  }

  /** Introduces this server. @throws {LinkError} the other one is no master for it */
  async #greet(connection: MasterConnection): Promise<void> {
    const { runId } = this.#host;
    const greeting = await greet(connection, this.#host);
    this.#greeting = greeting;
    this.#greetedMs = clock.nowMs();
    const isLoop =
      greeting.runId === runId ||
      greeting.chain.includes(runId) ||
      this.#host.isFollowedBy(greeting.runId);
    if (isLoop) throw new LinkError("replication loop: the master follows this server");
  }

  async #followForeign(
    { foreignKind }: ForeignMaster,
    connection: MasterConnection,
  ): Promise<never> {
    const { credentials, timeoutMs, tls } = this.#host.settings;
    const beganMs = clock.nowMs();
    let first: LogPosition | null = null;
    return await this.#host.followForeign(foreignKind, {
      ...{ address: this.address, connection, credentials, timeoutMs, tls },
      listeningPort: this.#host.listeningPort,
      signal: this.#stopping.signal,
      pause: (ms) => this.#pause(ms),
      copying: () => this.#beginSync(),
      received: (bytes) => this.#progress.heard(bytes),
      reached: (place, isAll) => {
        first ??= place;
        // Whoever sends what cannot be followed is left again at once: no reason to hurry back.
        const isElsewhere = place.file !== first.file || place.offset !== first.offset;
        if (isElsewhere || clock.nowMs() - beganMs > LASTING_MS) this.#backoff.reset();
        this.#masterPlace = place;
        if (isAll) this.#progress.caughtUp(clock.nowMs());
        this.#isUp();
      },
      skipped: (count) => this.#progress.leftOut(count),
    });
  }

  #beginSync(): void {
    this.#progress.beginCopy();
    this.#become("sync");
  }

  /** Repeats the master's log until something fails. */
  async #follow(connection: MasterConnection): Promise<never> {
    let { position: from, id } = this.#host.keyspace.history;
    let historyId: Uint8Array | null = id;
    this.#reported = { file: 0, offset: 0 };
    for (;;) {
      const answer = await this.#poll(connection, from, historyId);
      if (this.#isStopped) throw new LinkError("stopped");
      if (answer.file === NO_LOG) {
        throw new LinkError("the master keeps no log: its binlog.use is off");
      }
      if (answer.file === FULL_COPY_NEEDED || this.#mismatches >= MISMATCHES_MAX) {
        await this.#copy(connection);
        ({ position: from, id } = this.#host.keyspace.history);
        historyId = id;
        continue;
      }
      if (answer.bytes.length > 0) await this.#apply(from, answer.bytes);
      from = this.#nextPlace(from, answer);
      historyId = null;
      if (this.#state !== "connected") this.#backoff.reset();
      this.#isUp();
    }
  }

  #isUp(): void {
    if (this.#state !== "connected") {
      this.#error = null;
      const master = formatAddress(this.address);
      log.info("replication", "following the master", { master });
    }
    const { offset } = this.#host.keyspace.history;
    if (this.#greeting !== null && offset >= this.#greeting.offset) {
      this.#progress.caughtUp(this.#greetedMs);
    }
    this.#progress.up();
    this.#become("connected");
  }

  /** Asks for the log from a place on, and says what there is to say besides. */
  async #poll(
    connection: MasterConnection,
    from: LogPosition,
    historyId: Uint8Array | null,
  ): Promise<SyncAnswer> {
    const isDue = Math.abs(clock.nowMs() - this.#greetedMs) >= GREET_MS;
    const greeted = isDue ? this.#greet(connection) : null;
    // It is awaited below, but may fail before.
    greeted?.catch(() => {});
    const confirmed: Promise<ParsedReply>[] = [];
    if (historyId !== null) {
      confirmed.push(connection.call("REPLCONF", "HISTORY", historyId.toHex()));
    }
    const { file, offset } = this.#host.keyspace.syncedPosition;
    if (file !== this.#reported.file || offset !== this.#reported.offset) {
      confirmed.push(connection.call("REPLCONF", "FSYNCED", file, offset));
      this.#reported = { file, offset };
    }
    const answered = connection.call("SYNC", from.file, from.offset);
    await greeted;
    for (const reply of confirmed) expectOk(await reply, "REPLCONF");
    const reply = await answered;
    if (reply.kind === "error") throw new LinkError(`SYNC was refused: ${reply.text}`);
    const answer = reply.kind === "bulk" ? decodeSyncAnswer(reply.bytes, STRETCH_BYTES_MAX) : null;
    if (answer === null) throw new LinkError("the answer to SYNC is damaged");
    return answer;
  }

  /** Takes turns in, a slice in each iteration of the event loop. */
  async #apply(at: LogPosition, bytes: Bytes): Promise<void> {
    let place = at;
    for (const slice of turnSlices(bytes, SLICE_BYTES)) {
      if (place !== at) await new Promise((resolve) => setImmediate(resolve));
      await this.#applySlice(place, slice);
      place = this.#host.keyspace.history.position;
    }
  }

  async #applySlice(at: LogPosition, bytes: Bytes): Promise<void> {
    const { keyspace } = this.#host;
    while (!keyspace.hasRoom && !this.#isStopped) {
      await new Promise<void>((resolve) => keyspace.onRoom(resolve));
    }
    if (this.#isStopped) throw new LinkError("stopped");
    try {
      keyspace.applyTurns(at, bytes);
    } catch (error) {
      if (error instanceof LogMismatch) this.#mismatches++;
      throw error;
    }
    this.#mismatches = 0;
    this.#host.grew();
  }

  /** Where to go on behind an answer. @throws {LinkError} what came does not lead there */
  #nextPlace(from: LogPosition, { file, offset }: SyncAnswer): LogPosition {
    const end = this.#host.keyspace.history.position;
    const isEnd = file === end.file && offset === end.offset;
    const isNextFile = file === end.file + 1 && offset === 0;
    if (isEnd || isNextFile) return { file, offset };
    throw new LinkError(
      `the master's answer to ${from.file}:${from.offset} leads to ${file}:${offset}`,
    );
  }

  /** Takes a full copy and puts it in the place of the database. */
  async #copy(connection: MasterConnection): Promise<void> {
    const master = formatAddress(this.address);
    this.#beginSync();
    log.info("replication", "copying the master's database", { master });
    const copy = await takeCopy(connection, (head) => this.#host.createCopy(head));
    try {
      // What is replaced is gone: by now the master may follow this server.
      await this.#greet(connection);
      const refusal = await this.#host.refusalOf(copy);
      if (refusal !== null) throw new LinkError(refusal);
      if (this.#isStopped) throw new LinkError("stopped");
      await copy.finish();
      if (this.#isStopped) throw new LinkError("stopped");
    } catch (error) {
      await copy.abandon();
      throw error;
    }
    await this.#host.replaceDatabase();
    this.#mismatches = 0;
    const { id } = this.#host.keyspace.history;
    if (!equalBytes(id, copy.historyId)) throw new LinkError("the copy was not put in place");
    log.info("replication", "the master's database is copied", { master, keys: copy.keys });
  }
}
