/**
 * Replication as a whole: whether this server leads or follows, who follows it, and what that means for clients. The
 * parts stand beside it; what it needs of the server is `ReplicationHost`.
 */
import type { LogPosition } from "../binlog/position.ts";
import { equalBytes } from "../bytes/bytes.ts";
import type { Client } from "../commands/client.ts";
import type {
  FailoverRequest,
  Greeting,
  LogPlace,
  Replication,
  ReplicationStatus,
  TakeOverRequest,
} from "../commands/replication.ts";
import { formatAddress, type TcpAddress } from "../config/address.ts";
import { CommandError, errors } from "../errors.ts";
import { log } from "../log.ts";
import { CopyFeed } from "./copy-feed.ts";
import { Failover, type FailoverHost } from "./failover.ts";
import { Gate } from "./gate.ts";
import { encodeGreeting, PROTOCOL } from "./greeting.ts";
import type { TakeOver } from "./handshake.ts";
import { linkHost, type ReplicationHost } from "./link-host.ts";
import { LogFeed } from "./log-feed.ts";
import { MasterInfo } from "./master-info.ts";
import type { ReadableLog } from "./replicated-log.ts";
import { type LinkHost, SlaveLink } from "./slave-link.ts";
import { type Slave, Slaves } from "./slaves.ts";
import { replicationStatus } from "./status.ts";
import { encodeSyncAnswer, NO_LOG } from "./sync-answer.ts";
import { Waits } from "./waits.ts";

export class ReplicationService implements Replication {
  readonly #host: ReplicationHost;
  readonly #slaves: Slaves;
  readonly #logFeed: LogFeed;
  readonly #copyFeed: CopyFeed;
  readonly #masterInfo: MasterInfo;
  readonly #gate: Gate;
  readonly #gone = new WeakSet<Client>();
  readonly #counts = { full: 0, partial: 0, refused: 0 };
  readonly #waits: Waits;
  readonly #failover: Failover;
  #link: SlaveLink | null = null;
  /** Settles when the links before the present one have ended. */
  #ended: Promise<void> = Promise.resolve();
  /** Master that was reached last, in this run or before it. */
  #knownMaster: string;

  constructor(host: ReplicationHost) {
    this.#host = host;
    const { config } = host;
    this.#slaves = new Slaves(() => this.#slavesChanged());
    this.#logFeed = new LogFeed(
      () => host.keyspace.history,
      () => config.get("repl-compression"),
    );
    this.#copyFeed = new CopyFeed(() => host.keyspace.snapshot());
    this.#gate = new Gate(config);
    this.#waits = new Waits(host, this.#slaves, this.#logFeed);
    this.#failover = new Failover(this.#failoverHost());
    this.#masterInfo = new MasterInfo(config.get("data_dir"));
    this.#knownMaster = this.#masterInfo.readAddress();
    for (const name of [
      "slave-serve-stale-data",
      "min-slaves-to-write",
      "min-slaves-max-lag",
    ] as const) {
      config.onChange(name, () => this.#judge());
    }
  }

  get isFollowing(): boolean {
    return this.#link !== null;
  }

  /** Why writes are refused; null when they are not. */
  get writeRefusal(): string | null {
    return this.#gate.writeRefusal;
  }

  /** Why reads are refused; null when they are not. */
  get readRefusal(): string | null {
    return this.#gate.readRefusal;
  }

  /** The server's database is another one now, or the first: sets it up. Between turns. */
  attach(): void {
    const { keyspace, config } = this.#host;
    keyspace.history.hold(() => this.#lowestNeededFile());
    const master = config.get("slaveof");
    if (master !== null && this.#link === null) this.#start(master);
    this.#host.setFollowing(this.isFollowing);
    this.#judge();
  }

  /** The database is about to be closed. Resolves when nothing of replication reads it any more. */
  async detach(): Promise<void> {
    this.#slaves.disconnect();
    await this.#copyFeed.close();
    // Who came meanwhile stands in this history, and must not be answered from another one.
    this.#slaves.disconnect();
    this.#logFeed.grew();
  }

  /** Ends everything; resolves when nothing uses the database any more. */
  async stop(): Promise<void> {
    this.#failover.stop();
    const ended = this.#link?.stop();
    await Promise.all([ended, this.#ended, this.#copyFeed.close()]);
    this.#writeMasterInfo(true);
    this.#logFeed.grew();
  }

  /** The log has grown: a turn was committed, or repeated. */
  grew(): void {
    this.#logFeed.grew();
  }

  /** The log became durable. */
  synced(): void {
    this.#waits.changed();
  }

  /** To be called about once a second. */
  tick(): void {
    const timeoutMs = this.#host.config.get("repl-timeout") * 1000;
    this.#slaves.dropSilent(timeoutMs);
    this.#copyFeed.dropSilent(timeoutMs);
    this.#writeMasterInfo();
    this.#judge();
  }

  /** A client's connection has closed. */
  closed(client: Client): void {
    this.#gone.add(client);
    this.#copyFeed.leave(client);
    this.#slaves.gone(client);
  }

  isSlave(client: Client): boolean {
    return this.#slaves.find(client)?.isGreeted ?? false;
  }

  follow(host: string, port: number): boolean {
    const present = this.#link?.address;
    if (present !== undefined && present.host === host && present.port === port) return false;
    this.#follow({ kind: "tcp", host, port }, null);
    return true;
  }

  #follow(address: TcpAddress, takeOver: TakeOver | null): void {
    this.#host.config.assign("slaveof", address);
    const wasFollowing = this.isFollowing;
    this.#start(address, takeOver);
    log.info("replication", "becoming a slave", { master: formatAddress(address) });
    if (wasFollowing) return;
    this.#host.unblockClients(errors.roleChanged);
    // What this turn has written so far is this server's own.
    this.#host.afterTurn(() => this.isFollowing && this.#host.setFollowing(true));
  }

  lead(): void {
    this.#host.config.assign("slaveof", null);
    const link = this.#link;
    if (link === null) return;
    this.#writeMasterInfo(true);
    this.#link = null;
    this.#ended = link.stop();
    this.#host.afterTurn(() => {
      if (!this.isFollowing) this.#host.setFollowing(false);
      this.#judge();
    });
    const { file, offset } = this.#host.keyspace.history.position;
    log.info("replication", "becoming a master", { file, offset });
    this.#judge();
  }

  failOver(request: FailoverRequest): void {
    this.#failover.start(request);
  }

  abortFailover(): Promise<void> {
    return this.#failover.abort();
  }

  takeOver({ runId, historyId, offset }: TakeOverRequest): void {
    const { history } = this.#host.keyspace;
    const link = this.#link;
    if (link !== null && link.chain[0] !== runId) {
      throw new CommandError("ERR this server follows another one than that which asks");
    }
    const isEnd = history.offset === offset && equalBytes(history.id, historyId);
    // Who has not heard the answer asks again, and finds the end of its log further back in this one.
    const hasAll = isEnd || (link === null && holds(history, historyId, offset ?? 0));
    if (!hasAll && (link === null || offset !== null)) {
      throw new CommandError("ERR this slave has not all of the master's log");
    }
    this.lead();
  }

  status(): ReplicationStatus {
    this.#judge();
    return replicationStatus(this.#host.keyspace.history, {
      master: this.#link?.status() ?? null,
      slaves: this.#slaves,
      goodSlaves: this.#gate.goodSlaves,
      failover: this.#failover.state,
      counts: this.#counts,
    });
  }

  greet(client: Client, greeting: Greeting): string[] {
    const { runId } = this.#host;
    const chain = this.#link?.chain ?? [];
    if (greeting.protocol !== PROTOCOL) {
      throw new CommandError(`ERR unsupported replication protocol ${greeting.protocol}`);
    }
    if (greeting.runId === runId || chain.includes(greeting.runId)) {
      throw new CommandError("ERR replication loop: this server follows the one that asks");
    }
    this.#slaves.greeted(client, greeting);
    const role = this.isFollowing ? "slave" : "master";
    const { offset } = this.#host.keyspace.history;
    return encodeGreeting({ protocol: PROTOCOL, runId, role, chain, offset });
  }

  noteHistory(client: Client, historyId: Uint8Array): void {
    this.#slaves.of(client).expectedHistory = historyId;
  }

  noteDurable(client: Client, place: LogPlace): void {
    const offset = this.#host.keyspace.history.offsetOf(place);
    if (offset !== null) this.#slaves.durable(this.#slaves.of(client), offset);
  }

  noteListeningPort(client: Client, port: number): void {
    this.#slaves.of(client).listeningPort = port;
  }

  async sync(client: Client, place: LogPlace): Promise<Uint8Array> {
    if (!this.#host.config.get("binlog.use")) return encodeSyncAnswer({ file: NO_LOG, offset: 0 });
    const slave = this.#slaves.find(client);
    const historyId = slave?.expectedHistory ?? null;
    if (slave !== undefined) slave.expectedHistory = null;
    let isCancelled = false;
    client.onUnblock(() => {
      isCancelled = true;
      this.#logFeed.grew();
      return true;
    });
    return this.#logFeed.answer({
      from: place,
      historyId,
      // Who has just come wants to know whether it may go on.
      waits: historyId === null && (slave?.isGreeted ?? false),
      isOver: () => isCancelled || this.#gone.has(client),
      judged: (isHere) => {
        if (historyId !== null && slave?.state !== "send_bulk") {
          this.#counts[isHere ? "partial" : "refused"]++;
        }
        if (isHere && slave !== undefined) this.#acknowledge(slave, place);
      },
    });
  }

  async beginCopy(client: Client): Promise<Uint8Array> {
    if (!this.#host.config.get("binlog.use")) {
      throw new CommandError("ERR no log is kept here: binlog.use is off");
    }
    if (!this.isSlave(client)) {
      throw new CommandError("ERR FULLSYNC is for slaves: REPLCONF HELLO has to come first");
    }
    const { head, position } = await this.#copyFeed.begin(client);
    if (this.#gone.has(client)) {
      this.#copyFeed.leave(client);
      throw new CommandError("ERR the full copy was ended");
    }
    this.#counts.full++;
    this.#slaves.copies(this.#slaves.of(client), position);
    return head;
  }

  async nextBlock(client: Client): Promise<Uint8Array | null> {
    const slave = this.#slaves.of(client);
    this.#slaves.copies(slave, slave.position ?? { file: 0, offset: 0 });
    return this.#copyFeed.next(client);
  }

  async waitForSlaves(client: Client, count: number, timeoutMs: number): Promise<number> {
    if (this.isFollowing) throw new CommandError(errors.waitOnSlave);
    return this.#waits.forSlaves(client, count, timeoutMs);
  }

  async waitForDisks(
    client: Client,
    here: number,
    count: number,
    timeoutMs: number,
  ): Promise<readonly [here: number, slaves: number]> {
    if (this.isFollowing) throw new CommandError(errors.waitAofOnSlave);
    return this.#waits.forDisks(client, here, count, timeoutMs);
  }

  #acknowledge(slave: Slave, place: LogPosition): void {
    const offset = this.#host.keyspace.history.offsetOf(place);
    if (offset !== null) this.#slaves.acknowledged(slave, place, offset);
  }

  #start(address: TcpAddress, takeOver: TakeOver | null = null): void {
    const before = this.#link;
    if (before !== null) this.#ended = before.stop();
    this.#link = new SlaveLink(address, this.#linkHost(), { after: this.#ended, takeOver });
    this.#judge();
  }

  #failoverHost(): FailoverHost {
    const service = this;
    const host = this.#host;
    return {
      get isFollowing() {
        return service.isFollowing;
      },
      get offset() {
        return host.keyspace.history.offset;
      },
      slaves: () => this.#slaves.status(host.keyspace.history.offset),
      pause: () => host.pauseWrites(),
      resume: () => host.resumeWrites(),
      afterTurn: (work) => host.afterTurn(work),
      follow: (address, takeOver) => this.#follow(address, takeOver),
      lead: () => this.lead(),
    };
  }

  #linkHost(): LinkHost {
    return linkHost(this.#host, {
      isFollowedBy: (runId) => this.#slaves.has(runId),
      isKnownMaster: () => formatAddress(this.#link!.address) === this.#knownMaster,
      grew: () => this.grew(),
      changed: () => {
        this.#writeMasterInfo();
        this.#judge();
      },
    });
  }

  #lowestNeededFile(): number | null {
    const { keyspace, config } = this.#host;
    const lagBytesMax = config.get("binlog.max_slave_lag_bytes");
    const files = [
      this.#slaves.lowestNeededFile(keyspace.history, lagBytesMax),
      this.#copyFeed.lowestNeededFile,
    ].filter((file) => file !== null);
    return files.length === 0 ? null : Math.min(...files);
  }

  #slavesChanged(): void {
    this.#failover.look();
    this.#waits.changed();
    if (this.#host.config.get("min-slaves-to-write") > 0) this.#judge();
  }

  /** Sees again what clients may do now. */
  #judge(): void {
    // In the turn in which it began to lead it takes no writes yet.
    const link = this.#link?.state ?? (this.#host.keyspace.isFollowing ? "connect" : null);
    this.#gate.judge(link, (seconds) => this.#slaves.countInTouch(seconds));
  }

  /** Only of a master that was reached: what stands there is what a later start takes for known. */
  #writeMasterInfo(now = false): void {
    if (this.#link === null) return;
    const address = formatAddress(this.#link.address);
    if (this.#link.state === "connected") this.#knownMaster = address;
    if (address !== this.#knownMaster) return;
    const { position, id } = this.#host.keyspace.history;
    this.#masterInfo.write(address, this.#link.masterPlace ?? position, id, now);
  }
}

/** Whether a log has a history, up to an offset at least. */
function holds(log: ReadableLog, historyId: Uint8Array, offset: number): boolean {
  const files = log.files().filter((file) => equalBytes(file.historyId, historyId));
  return files.some(({ base, bytes }) => base + bytes >= offset);
}
