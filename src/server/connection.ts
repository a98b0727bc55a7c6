/**
 * One client's connection: bytes in, requests to dispatch, replies out. Pauses reading while it may not go
 * on: a command that answers later, a write that waits for room, a client that does not read its replies.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import type { User } from "../commands/acl/user.ts";
import type { Client, ReplyMode } from "../commands/client.ts";
import type { Answer, Context, Server } from "../commands/context.ts";
import type { BufferLimit } from "../config/buffer-limits.ts";
import type { DB } from "../database/db.ts";
import type { Ledis } from "../database/ledis.ts";
import { log } from "../log.ts";
import { ProtocolError } from "../resp/protocol-error.ts";
import { ErrorReply, type StreamReply } from "../resp/reply.ts";
import type { Request } from "../resp/request.ts";
import type { RequestLimits } from "../resp/request-limits.ts";
import { RequestParser } from "../resp/request-parser.ts";
import { RequestsAhead } from "../resp/requests-ahead.ts";
import { ClientSubscriptions } from "./channels.ts";
import { ClientState } from "./client-state.ts";
import type { RequestRunner } from "./dispatch.ts";
import { fetchKeys } from "./fetch-keys.ts";
import { type ClientSocket, Outgoing } from "./outgoing.ts";
import { PostponedMessages } from "./postponed-messages.ts";
import type { Subscriber } from "./pub-sub.ts";
import { ReplyStream } from "./reply-stream.ts";
import { ReplySwitch } from "./reply-switch.ts";
import { ClientTracker } from "./tracking/client-tracker.ts";
import { ClientTransaction, type QueuedCommand, type TransactionHost } from "./transaction.ts";
import { UnreadLimit } from "./unread-limit.ts";

/** Requests of one connection in one turn: others want to be served as well. */
const REQUESTS_PER_TURN = 1000;

export class Connection
  extends ClientState
  implements Client, Context, Subscriber, TransactionHost
{
  readonly limits: RequestLimits;
  readonly #socket: ClientSocket;
  readonly #runner: RequestRunner;
  readonly #parser: RequestParser;
  readonly #requests: RequestsAhead;
  readonly #outgoing: Outgoing;
  readonly transaction = new ClientTransaction(this);
  readonly subscriptions: ClientSubscriptions<Subscriber>;
  readonly tracking: ClientTracker;
  user: User;
  database = 0;
  #db: DB | null = null;
  #held: Request | null = null;
  #waiting = false;
  /** A long reply under way. */
  #stream: ReplyStream | null = null;
  #cancel: ((error: string | null) => boolean) | null = null;
  #reading = true;
  #closing = false;
  /** True when the last reply was handed over; earlier ones may still wait for the disk when `closing` is set. */
  #ended = false;
  isClosed = false;
  #inRun = false;
  readonly #replies = new ReplySwitch();
  readonly #unreadLimit = new UnreadLimit();
  readonly #postponed = new PostponedMessages();

  constructor(
    id: number,
    socket: ClientSocket,
    addresses: Pick<Client, "address" | "localAddress" | "isUnix">,
    limits: RequestLimits,
    runner: RequestRunner,
  ) {
    super(id, addresses);
    this.#socket = socket;
    this.limits = limits;
    this.#runner = runner;
    this.user = runner.acl.users.default;
    this.#parser = new RequestParser(limits);
    this.#requests = new RequestsAhead(this.#parser, limits, (requests, count) =>
      fetchKeys(requests, count, runner.commands, this.db.table.upcoming),
    );
    this.#outgoing = new Outgoing(socket, runner.unread);
    this.tracking = new ClientTracker(this, runner.tracking);
    this.subscriptions = new ClientSubscriptions(runner.channels, this, () => limits.queryBytesMax);
  }

  get ledis(): Ledis {
    return this.#runner.ledis;
  }

  get server(): Server {
    return this.#runner;
  }

  get client(): Client {
    return this;
  }

  get db(): DB {
    this.#db ??= this.ledis.select(this.database);
    return this.#db;
  }

  get authenticated(): boolean {
    return this.limits.authenticated;
  }

  set authenticated(authenticated: boolean) {
    this.limits.authenticated = authenticated;
  }

  get isSlave(): boolean {
    return this.#runner.replication.isSlave(this);
  }

  runQueued(queue: readonly QueuedCommand[]): Answer {
    return this.#runner.runQueued(this, queue);
  }

  get isSubscriber(): boolean {
    return this.subscriptions.total > 0;
  }

  get mayWait(): boolean {
    return !this.transaction.isRunning && !this.#runner.scripting.isRunning;
  }

  get isMonitor(): boolean {
    return this.#runner.monitors.has(this);
  }

  set isMonitor(isMonitor: boolean) {
    if (isMonitor) this.#runner.monitors.add(this);
    else this.#runner.monitors.remove(this);
  }

  /** How much of its replies or messages it may leave unread. */
  get outputLimit(): BufferLimit {
    const limits = this.#runner.outputLimits;
    return this.isSubscriber ? limits.pubsub : limits.normal;
  }

  /** True while it may be silent for as long as it likes. */
  get isWaiting(): boolean {
    return this.isBlocked || this.isSubscriber || this.isMonitor || this.isSlave;
  }

  get isBlocked(): boolean {
    return this.#waiting;
  }

  /** True while a request that has arrived may not run yet. */
  get isHeld(): boolean {
    return this.#held !== null;
  }

  /** True while a long reply is under way. */
  get isStreaming(): boolean {
    return this.#stream !== null;
  }

  get isClosing(): boolean {
    return this.#closing;
  }

  get fd(): number {
    return this.#socket.fd ?? -1;
  }

  get inputBytes(): number {
    return this.#parser.bufferedBytes;
  }

  get outputBytes(): number {
    return this.#outgoing.bytes;
  }

  select(database: number): void {
    this.#db = this.ledis.select(database);
    this.database = database;
  }

  /** The server's database is about to be closed: a long reply that is read from it cannot be sent whole. */
  databaseCloses(): void {
    if (this.#stream !== null) this.kill();
  }

  /** The server's database is another one now: goes on with that. */
  databaseReplaced(): void {
    this.#db = null;
    this.transaction.databaseReplaced();
    this.process();
  }

  setReplyMode(mode: ReplyMode): void {
    this.#replies.set(mode);
  }

  /** Whether the request that has just run is answered; called once for each. */
  takesReply(): boolean {
    return this.#replies.takes();
  }

  /** True when no reply is written now; unlike `takesReply` it changes nothing. */
  get isSilent(): boolean {
    return this.#replies.isSilent;
  }

  /** Closes the connection if it has left more unread than it may, or takes too long over a long reply. */
  checkUnread(nowMs: number): void {
    const bytes = this.#outgoing.bytes + this.#postponed.bytes;
    const isOver = !this.isSlave && this.#unreadLimit.isExceeded(bytes, this.outputLimit, nowMs);
    if (isOver || this.#stream?.isLate(nowMs)) this.kill();
  }

  closeAfterReply(): void {
    this.#closing = true;
  }

  kill(): void {
    if (this.#inRun) {
      this.#closing = true;
      return;
    }
    this.#socket.terminate();
    this.closed();
  }

  onUnblock(cancel: (error: string | null) => boolean): void {
    this.#cancel = cancel;
  }

  unblock(error: string | null): boolean {
    return this.#cancel?.(error) ?? false;
  }

  /** Bytes came from the socket; they are the connection's from now on. */
  receive(chunk: Bytes): void {
    if (this.#closing || this.isClosed) return;
    this.lastActiveAtMs = Date.now();
    this.#parser.push(chunk);
    this.process();
  }

  /** Runs the requests that are there, as far as they may run now. */
  process(): void {
    // A client that does not read its replies gets no more of them: `drain` goes on.
    const over = this.#closing || this.isClosed;
    if (this.#outgoing.isFull || this.#waiting || over || !this.#runner.isReady) {
      this.#pauseIfFull();
      return;
    }
    const { output } = this.#runner;
    let state: "done" | "wait" | "hold" = "done";
    this.#inRun = true;
    output.begin(this);
    this.commandStartUs = clock.monotonicUs();
    try {
      for (let count = 0; !this.#closing; count++) {
        const request = this.#held ?? this.#requests.next();
        if (request === null) break;
        if (count >= REQUESTS_PER_TURN || output.isCrowded) {
          this.#held = request;
          this.#runner.continueLater(this);
          break;
        }
        this.#held = null;
        state = this.#runner.run(this, request);
        if (state === "hold") this.#held = request;
        if (state !== "done") break;
      }
    } catch (error) {
      this.#closing = true;
      if (!(error instanceof ProtocolError)) {
        // The reply may be lost: the client must not take the next one for it.
        const stack = error instanceof Error ? (error.stack ?? error.message) : error;
        log.error("connection", "a request failed", { client: this.address, error: stack });
      } else if (this.takesReply()) {
        output.answer(new ErrorReply(`ERR ${error.message}`), this.protocol);
      }
    } finally {
      this.#inRun = false;
    }
    this.#waiting = state !== "done";
    this.#hand();
    this.#pauseIfFull();
  }

  /** Goes on after "wait" or "hold". */
  resume(): void {
    this.#waiting = false;
    this.#cancel = null;
    if (this.#postponed.release(this.#runner.output, this)) this.#runner.scheduleTurn();
    this.process();
  }

  /** Writes the reply of a command that answered later, and goes on. */
  answerLater(write: () => void): void {
    if (this.isClosed) return;
    this.#runner.output.begin(this);
    write();
    if (this.#stream !== null) {
      this.#runner.output.endFor(this.#stream);
      this.#runner.scheduleTurn();
      return;
    }
    this.#hand();
    this.resume();
  }

  /** Begins a long reply; only for a command that answers later, which nothing overtakes until `streamEnded`. */
  stream(reply: StreamReply): void {
    if (!this.takesReply()) reply.source.close();
    else this.#stream = ReplyStream.begin(this, reply, this.#runner);
  }

  streamEnded(): void {
    this.#stream = null;
    this.resume();
  }

  /** What was written goes to this client when the turn ends, and with it the end if it is one. */
  #hand(): void {
    const { output } = this.#runner;
    const replies = output.end();
    if (this.#closing) output.addEnd(this);
    if (replies > 0 || this.#closing) this.#runner.scheduleTurn();
  }

  /** See ReplySink. A client that waits for others, as BLPOP does, gets messages meanwhile. */
  get postponed(): PostponedMessages | null {
    const isAnswering = this.#waiting && this.#held === null && this.#cancel === null;
    return isAnswering || this.#stream !== null ? this.#postponed : null;
  }

  send(pieces: readonly Bytes[]): void {
    if (this.isClosed) return;
    for (const piece of pieces) this.#runner.stats.outputBytes += piece.length;
    this.#outgoing.send(pieces);
    const max = this.outputLimit.hardBytes;
    // What a slave gets is bounded by what it asks for, and a turn is not cut however large it is.
    if (max > 0 && this.#outgoing.bytes > max && !this.isSlave) this.kill();
  }

  afterTurn(isLast = false): void {
    if (this.isClosed) return;
    if (isLast) this.#ended = true;
    if (this.#ended && this.#outgoing.bytes === 0) {
      this.#socket.end();
      this.closed();
    } else {
      this.#pauseIfFull();
    }
  }

  /** The socket can take more. */
  drain(): void {
    if (this.isClosed) return;
    this.#outgoing.drain();
    this.#stream?.drained();
    this.afterTurn();
    if (!this.isClosed && !this.#outgoing.isFull) this.process();
  }

  /** The server stops: whatever was answered is sent, and the connection closed. */
  endNow(): void {
    if (this.isClosed) return;
    this.#socket.end();
    this.closed();
  }

  /** The socket is closed, by whichever side. */
  closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#stream?.close();
    this.#outgoing.clear();
    this.#postponed.clear();
    this.transaction.discard();
    this.subscriptions.clear();
    this.tracking.close();
    this.isMonitor = false;
    this.unblock(null);
    this.#runner.closed(this);
  }

  /** Reads from the socket only while requests can run and replies are taken. */
  #pauseIfFull(): void {
    if (this.isClosed) return;
    const full = this.#outgoing.isFull || this.#held !== null;
    const waits = this.#waiting || !this.#runner.isReady;
    const stuck = waits && this.#parser.bufferedBytes > this.limits.inlineBytesMax;
    const reading = !full && !stuck && !this.#closing;
    if (reading === this.#reading) return;
    this.#reading = reading;
    if (reading) this.#socket.resume();
    else this.#socket.pause();
  }
}
