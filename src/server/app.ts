/**
 * The server: configuration, database, listeners and connections put together, from start to stop.
 */
import { randomBytes } from "node:crypto";
import { AccessControl } from "../commands/acl/access-control.ts";
import { allCommands } from "../commands/all.ts";
import type { Command } from "../commands/command.ts";
import { clientLine } from "../commands/connection/client-line.ts";
import type { Answer, PauseMode, Server, ShutdownOptions } from "../commands/context.ts";
import { CommandTable } from "../commands/table.ts";
import type { Address, TcpAddress } from "../config/address.ts";
import type { BufferLimits } from "../config/buffer-limits.ts";
import type { Config } from "../config/config.ts";
import { logLevelOf } from "../config/log-level.ts";
import type { Ledis } from "../database/ledis.ts";
import { log } from "../log.ts";
import { Scripting } from "../lua/scripting.ts";
import { ReplicationService } from "../replication/replication.ts";
import type { Request } from "../resp/request.ts";
import { AccessLog } from "./access-log.ts";
import { refusalOf } from "./admission.ts";
import { clientLimits, sizeLimits } from "./client-limits.ts";
import { ClientPause } from "./client-pause.ts";
import { CommandObserver } from "./command-observer.ts";
import { Connection } from "./connection.ts";
import { Dispatcher, type RequestRunner } from "./dispatch.ts";
import { LEDIS_OPTIONS, ledisOptions } from "./ledis-options.ts";
import type { Peer } from "./listener.ts";
import { Listeners } from "./listeners.ts";
import { Monitors } from "./monitors.ts";
import type { ClientSocket } from "./outgoing.ts";
import { MessageRouter } from "./pub-sub.ts";
import { replicationHost } from "./replication-host.ts";
import { ReplyStreams } from "./reply-streams.ts";
import { Saves } from "./saves.ts";
import { scriptLimits } from "./script-limits.ts";
import { ServedDatabase } from "./served-database.ts";
import { Stats } from "./server-stats.ts";
import { SlowCommands } from "./slow-log.ts";
import { KeyTracking } from "./tracking/key-tracking.ts";
import type { QueuedCommand } from "./transaction.ts";
import type { TurnOutput } from "./turn-output.ts";

/** How often idle connections are looked for and rates are taken, in ms. */
const TICK_MS = 1000;
/** How long a stop waits for requests under way and for clients to take their replies, in ms. */
const STOP_PATIENCE_MS = 3000;

export class App implements Server, RequestRunner {
  readonly config: Config;
  readonly commands = new CommandTable(allCommands);
  readonly stats = new Stats();
  readonly scripting = new Scripting(() => scriptLimits(this.config));
  readonly acl: AccessControl;
  readonly slowLog: SlowCommands;
  readonly observer: CommandObserver;
  readonly saves = new Saves(() => this.ledis.checkpoint());
  readonly runId = randomBytes(20).toHex();
  readonly startedAtMs = Date.now();
  readonly pubSub = new MessageRouter(this);
  readonly channels = this.pubSub.channels;
  readonly monitors = new Monitors();
  readonly tracking: KeyTracking;
  readonly #connections = new Set<Connection>();
  readonly #dispatcher: Dispatcher;
  readonly unread = { bytes: 0 };
  readonly streams = new ReplyStreams(() => this.isReady);
  readonly #pause = new ClientPause(() => this.#resumeHeld());
  readonly #listeners: Listeners<Connection>;
  #held: Connection[] = [];
  #continuing: Connection[] = [];
  readonly #database: ServedDatabase;
  readonly replication: ReplicationService;
  #ticker: ReturnType<typeof setInterval> | null = null;
  #nextClientId = 1;
  #stopping = false;
  #stopped: Promise<void> | null = null;
  #onShutdown: (options: ShutdownOptions) => void = () => {};
  outputLimits: BufferLimits;

  private constructor(config: Config) {
    this.config = config;
    const { commands } = this;
    const clients = () => this.#connections;
    this.acl = new AccessControl({ config, commands, clients, describe: clientLine });
    this.slowLog = new SlowCommands(config.get("slowlog-max-len"));
    this.observer = new CommandObserver(this.stats, this.slowLog);
    this.tracking = new KeyTracking(this, config.get("tracking-table-max-keys"));
    this.#dispatcher = new Dispatcher(this);
    this.#database = new ServedDatabase(() => ledisOptions(config), {
      grew: () => this.replication.grew(),
      synced: () => this.replication.synced(),
    });
    const host = replicationHost(this, this.#database, () => this.#replaceDatabase());
    this.replication = new ReplicationService(host);
    this.outputLimits = config.get("client-output-buffer-limit");
    this.#listeners = new Listeners(config, this.#socketEvents());
    this.#followConfig();
  }

  /**
   * Starts a server: listens first, so that a taken port is told before the data directory is touched, then
   * opens the database; commands that arrive meanwhile wait.
   *
   * @throws {ConfigError | StorageError} it cannot start
   */
  static async start(config: Config): Promise<App> {
    const app = new App(config);
    try {
      await app.#open();
      return app;
    } catch (error) {
      await app.stop({ save: false });
      throw error;
    }
  }

  get ledis(): Ledis {
    return this.#database.current!;
  }

  get output(): TurnOutput {
    return this.#database.output;
  }

  get isReady(): boolean {
    return this.#database.isOpen && !this.#stopping;
  }

  /** What the server listens on without TLS. */
  get addresses(): Address[] {
    return this.#listeners.addresses;
  }

  /** What it listens on with TLS. */
  get tlsAddresses(): TcpAddress[] {
    return this.#listeners.tlsAddresses;
  }

  get tcpPort(): number {
    return this.#listeners.tcpPort;
  }

  get writeRefusal(): string | null {
    const failure = this.ledis.keyspace.writeFailure;
    if (failure !== null) return `MISCONF Errors writing to the binlog: ${failure}`;
    return this.replication.writeRefusal;
  }

  get readRefusal(): string | null {
    return this.replication.readRefusal;
  }

  get accessLog(): AccessLog | null {
    return this.observer.accessLog;
  }

  save(): Promise<void> {
    return this.saves.run();
  }

  clients(): Iterable<Connection> {
    return this.#connections;
  }

  resetStats(): void {
    this.stats.reset();
    this.ledis.lookups.hits = 0;
    this.ledis.lookups.misses = 0;
    this.ledis.expiry.expiredCount = 0;
  }

  /** What clients may not change does not change by itself either: expired keys wait as well. */
  pauseClients(untilMs: number, mode: PauseMode): void {
    this.ledis.expiry.isPaused = true;
    this.#pause.begin(untilMs, mode);
  }

  /** Has writes wait, whatever clients say, until `releaseWrites`. */
  holdWrites(): void {
    this.ledis.expiry.isPaused = true;
    this.#pause.holdWrites();
  }

  releaseWrites(): void {
    this.#pause.releaseWrites();
  }

  unpauseClients(): void {
    this.#pause.end();
  }

  /** Calls `listener` when a client asks for SHUTDOWN. */
  onShutdown(listener: (options: ShutdownOptions) => void): void {
    this.#onShutdown = listener;
  }

  shutdown(options: ShutdownOptions): void {
    this.#onShutdown(options);
  }

  scheduleTurn(): void {
    this.#database.scheduleTurn();
  }

  run(connection: Connection, request: Request): "done" | "wait" | "hold" {
    return this.#dispatcher.run(connection, request);
  }

  runQueued(connection: Connection, queue: readonly QueuedCommand[]): Answer {
    return this.#dispatcher.runQueued(connection, queue);
  }

  /** True when CLIENT PAUSE holds the command back; the connection goes on when it ends. Slaves go on meanwhile. */
  holdsForPause(connection: Connection, command: Command): boolean {
    if (!this.#pause.holds(command, connection.transaction)) return false;
    if (command.flags.has("replication")) return false;
    this.#held.push(connection);
    return true;
  }

  /** Has the connection go on when the flush worker has made room for writes. */
  waitForRoom(connection: Connection): void {
    this.ledis.keyspace.onRoom(() => connection.resume());
  }

  continueLater(connection: Connection): void {
    if (this.#continuing.length === 0) {
      setImmediate(() => {
        for (const waiting of this.#continuing.splice(0)) waiting.process();
      });
    }
    this.#continuing.push(connection);
    this.scheduleTurn();
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection);
    this.replication.closed(connection);
  }

  /** Stops: answers what has arrived, flushes unless told otherwise, closes everything. */
  stop(options: ShutdownOptions): Promise<void> {
    this.#stopped ??= this.#stop(options);
    return this.#stopped;
  }

  async #stop(options: ShutdownOptions): Promise<void> {
    this.#listeners.stop();
    if (this.#ticker !== null) clearInterval(this.#ticker);
    if (this.#pause.isActive) this.#pause.end();
    try {
      this.#database.giveUp();
      await this.replication.stop();
      const ledis = this.#database.current;
      if (ledis !== null) {
        await this.#finishRequests(ledis);
        this.#stopping = true;
        await ledis.close(options);
      }
    } finally {
      this.#stopping = true;
      for (const connection of [...this.#connections]) connection.endNow();
      await this.observer.accessLog?.close();
    }
  }

  /** Runs what clients have sent, and waits until they took the replies, within limits. */
  async #finishRequests(ledis: Ledis): Promise<void> {
    const deadline = Date.now() + STOP_PATIENCE_MS;
    const isBusy = ({ isHeld, isStreaming, outputBytes }: Connection) =>
      isHeld || isStreaming || outputBytes > 0;
    do {
      for (const connection of this.#connections) connection.process();
      await ledis.committed().catch(() => {});
      if (![...this.#connections].some(isBusy)) return;
      await Bun.sleep(1);
    } while (Date.now() < deadline);
  }

  async #open(): Promise<void> {
    if (this.acl.file !== null) this.acl.begin();
    await this.#listeners.open();
    this.#openAccessLog(this.config.get("access_log"));
    await this.#database.open();
    this.tracking.attach(this.ledis);
    this.replication.attach();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    for (const connection of this.#connections) connection.process();
  }

  /** A copy of another server's database takes the place of this one's; requests wait meanwhile. */
  async #replaceDatabase(): Promise<void> {
    await this.replication.detach();
    for (const connection of [...this.#connections]) connection.databaseCloses();
    await this.#database.replace();
    this.tracking.attach(this.ledis);
    this.replication.attach();
    for (const connection of [...this.#connections]) connection.databaseReplaced();
  }

  #socketEvents() {
    return {
      open: (socket: ClientSocket, peer: Peer) => this.#accept(socket, peer),
      data: (connection: Connection, bytes: Uint8Array) => {
        this.stats.inputBytes += bytes.length;
        connection.receive(bytes);
      },
      drain: (connection: Connection) => connection.drain(),
      close: (connection: Connection) => connection.closed(),
    };
  }

  #accept(socket: ClientSocket, peer: Peer): Connection | null {
    const refusal = refusalOf(
      this.config,
      this.acl.users.default.isNoPass,
      peer,
      this.#connections.size,
    );
    if (refusal !== null) {
      this.stats.connectionsRejected++;
      socket.write(Buffer.from(refusal, "latin1"));
      socket.end();
      return null;
    }
    this.stats.connectionsReceived++;
    const limits = clientLimits(this.config, this.acl.isOpen);
    const connection = new Connection(this.#nextClientId++, socket, peer, limits, this);
    this.#connections.add(connection);
    const keepAliveSeconds = this.config.get("tcp-keepalive");
    if (!peer.isUnix && keepAliveSeconds > 0) socket.setKeepAlive(true, keepAliveSeconds * 1000);
    return connection;
  }

  /** @throws {ConfigError} the file cannot be opened; the log that was open stays so */
  #openAccessLog(name: string): void {
    // After a refused change it is asked for again: a second one beside it would mix up their lines.
    if (this.observer.accessLog?.name === name) return;
    const next = name === "" ? null : new AccessLog(name, this.config.get("data_dir"));
    void this.observer.accessLog?.close();
    this.observer.accessLog = next;
  }

  /** Not at once: this may be called by a command, amid the replies of its own connection. */
  #resumeHeld(): void {
    const expiry = this.#database.current?.expiry;
    if (expiry !== undefined) expiry.isPaused = this.#pause.isActive;
    const held = this.#held;
    this.#held = [];
    setImmediate(() => {
      for (const connection of held) connection.resume();
    });
  }

  #tick(): void {
    this.stats.sample();
    if (this.isReady) this.replication.tick();
    const nowMs = Date.now();
    const timeoutMs = this.config.get("timeout") * 1000;
    for (const connection of [...this.#connections]) {
      const isIdle = !connection.isWaiting && nowMs - connection.lastActiveAtMs > timeoutMs;
      if (timeoutMs > 0 && isIdle) connection.kill();
      else connection.checkUnread(nowMs);
    }
  }

  /** Options that may change at run time. */
  #followConfig(): void {
    const config = this.config;
    log.level = logLevelOf(config.get("loglevel"));
    config.onChange("loglevel", (level) => {
      log.level = logLevelOf(level);
    });
    this.observer.slowUs = config.get("slowlog-log-slower-than");
    config.onChange("slowlog-log-slower-than", (us) => {
      this.observer.slowUs = us;
    });
    config.onChange("slowlog-max-len", (length) => {
      this.slowLog.lengthMax = length;
    });
    config.onChange("client-output-buffer-limit", (limits) => {
      this.outputLimits = limits;
    });
    config.onChange("tracking-table-max-keys", (keysMax) => this.tracking.limit(keysMax));
    config.onChange("access_log", (name) => this.#openAccessLog(name));
    for (const name of ["proto-max-bulk-len", "client-query-buffer-limit"] as const) {
      config.onChange(name, () => {
        for (const { limits } of this.#connections) Object.assign(limits, sizeLimits(config));
      });
    }
    for (const name of LEDIS_OPTIONS) {
      config.onChange(name, () => this.#database.current?.configure(ledisOptions(config)));
    }
  }
}
