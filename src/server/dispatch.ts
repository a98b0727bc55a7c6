/**
 * Runs one request: finds the command, checks what may be checked before it runs, runs it, writes its reply,
 * and keeps count. The one place where a command's error becomes a reply.
 */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { Answer, Server } from "../commands/context.ts";
import type { BufferLimits } from "../config/buffer-limits.ts";
import type { Ledis } from "../database/ledis.ts";
import {
  CommandError,
  errors,
  execRefused,
  notWhileSubscribed,
  StorageError,
  wrongArity,
} from "../errors.ts";
import { log } from "../log.ts";
import { Encoded, ErrorReply, Pushes, QUEUED, type Reply, StreamReply } from "../resp/reply.ts";
import type { Request } from "../resp/request.ts";
import { deniedQueued, deniedRequest } from "./access.ts";
import type { App } from "./app.ts";
import type { Channels } from "./channels.ts";
import type { Connection } from "./connection.ts";
import { Execution } from "./execution.ts";
import type { Monitors } from "./monitors.ts";
import type { UnreadTotal } from "./outgoing.ts";
import type { Subscriber } from "./pub-sub.ts";
import type { ReplyStreams } from "./reply-streams.ts";
import type { KeyTracking } from "./tracking/key-tracking.ts";
import type { QueuedCommand } from "./transaction.ts";
import type { TurnOutput } from "./turn-output.ts";

/** Bytes of arguments that the error for an unknown command repeats. */
const UNKNOWN_ARGS_BYTES = 128;

/** What runs at once between MULTI and EXEC. */
const UNQUEUED: ReadonlySet<string> = new Set([
  "DISCARD",
  "EXEC",
  "MULTI",
  "QUIT",
  "RESET",
  "WATCH",
]);

/** What a client may do that is subscribed in RESP2. */
const WHILE_SUBSCRIBED: ReadonlySet<string> = new Set([
  "PING",
  "PSUBSCRIBE",
  "PUNSUBSCRIBE",
  "QUIT",
  "RESET",
  "SSUBSCRIBE",
  "SUBSCRIBE",
  "SUNSUBSCRIBE",
  "UNSUBSCRIBE",
]);

/** As Redis's `%.128s` prints it: up to the first NUL. */
function shownWord(bytes: Bytes, bytesMax: number): string {
  return mapKey(bytes.subarray(0, bytesMax)).split("\0", 1)[0]!;
}

function unknownCommand(request: Request, container: Command | undefined): string {
  if (container !== undefined) {
    const name = shownWord(request.bytes(1), UNKNOWN_ARGS_BYTES);
    return `ERR unknown subcommand '${name}'. Try ${container.name} HELP.`;
  }
  let args = "";
  for (let i = 1; i < request.count && args.length < UNKNOWN_ARGS_BYTES; i++) {
    args += `'${shownWord(request.bytes(i), UNKNOWN_ARGS_BYTES - args.length)}' `;
  }
  const name = shownWord(request.bytes(0), UNKNOWN_ARGS_BYTES);
  return `ERR unknown command '${name}', with args beginning with: ${args}`;
}

/** Who runs requests: the server. */
export interface RequestRunner extends Server {
  readonly ledis: Ledis;
  /** False while nothing may run yet (start-up) or any more (shutdown). */
  readonly isReady: boolean;
  readonly output: TurnOutput;
  readonly streams: ReplyStreams;
  readonly unread: UnreadTotal;
  /** Makes sure that a turn ends soon. */
  scheduleTurn(): void;
  /** Goes on with this connection in the next turn. */
  continueLater(connection: Connection): void;
  /**
   * Runs one request of the connection and writes its reply, if it has one now.
   *
   * - "done": the next request may run
   * - "wait": the reply comes later; `resume` goes on
   * - "hold": it may not run yet; the same request is to be offered again after `resume`
   */
  run(connection: Connection, request: Request): "done" | "wait" | "hold";
  /** Runs the commands of an EXEC in this turn and answers their replies as one. */
  runQueued(connection: Connection, queue: readonly QueuedCommand[]): Answer;
  closed(connection: Connection): void;
  /** How much clients may leave unread. */
  readonly outputLimits: BufferLimits;
  readonly channels: Channels<Subscriber>;
  readonly monitors: Monitors;
  readonly tracking: KeyTracking;
}

export class Dispatcher {
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  /** See RequestRunner.run. */
  run(connection: Connection, request: Request): "done" | "wait" | "hold" {
    const { commands } = this.#app;
    const command = commands.meantBy(request);
    connection.lastCommand = command?.lowerName ?? "NULL";
    if (command === undefined) {
      const named = commands.find(request.buffer, request.start(0), request.end(0));
      return this.#reject(connection, request, null, unknownCommand(request, named));
    }
    const refusal = this.#refusal(connection, command, request);
    if (refusal !== null) return this.#reject(connection, request, command, refusal);
    if (this.#app.holdsForPause(connection, command)) return "hold";
    if (connection.transaction.isOpen && !UNQUEUED.has(command.name)) {
      return this.#queue(connection, command, request);
    }
    if (this.#mustWait(connection, command)) {
      this.#app.waitForRoom(connection);
      return "hold";
    }
    return this.#execute(connection, command, request);
  }

  /** Why the command may not run, or null. */
  #refusal(connection: Connection, command: Command, request: Request): string | null {
    if (!command.accepts(request.count)) return wrongArity(command.lowerName);
    if (!connection.authenticated && !isOpenTo(connection, command)) return errors.noAuth;
    if (connection.transaction.isOpen && command.flags.has("no_multi")) return errors.notInMulti;
    if (!connection.user.isUnrestricted) {
      const denied = deniedRequest(this.#app.acl, connection, command, request);
      if (denied !== null) return denied;
    }
    if (connection.isMonitor && touchesData(command)) return errors.monitorAsSlave;
    if (connection.isSubscriber && connection.protocol === 2) {
      if (!WHILE_SUBSCRIBED.has(command.name)) return notWhileSubscribed(command.lowerName);
    }
    if (writes(connection, command)) return this.#app.writeRefusal;
    const { readRefusal } = this.#app.replication;
    return readRefusal === null || command.flags.has("stale") ? null : readRefusal;
  }

  #mustWait(connection: Connection, command: Command): boolean {
    const mayWrite = writes(connection, command) || mayComeToWrites(connection, command);
    return mayWrite && !this.#app.ledis.keyspace.hasRoom;
  }

  /** Keeps a command for EXEC. */
  #queue(connection: Connection, command: Command, request: Request): "done" {
    const refusal = command.queueRefusal(connection, request);
    if (refusal !== null) return this.#reject(connection, request, command, refusal);
    try {
      connection.transaction.queue(command, request);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return this.#reject(connection, request, command, error.message);
    }
    if (connection.takesReply()) this.#app.output.answer(QUEUED, connection.protocol, true);
    return "done";
  }

  /** Runs the commands of an EXEC, in this turn, and answers their replies as one. */
  runQueued(connection: Connection, queue: readonly QueuedCommand[]): Answer {
    const execution = new Execution(this.#app, connection, queue.length);
    for (const { command, request } of queue) {
      const startUs = connection.commandStartUs;
      const answer = this.#invokeQueued(connection, command, request);
      const reply =
        answer instanceof Promise
          ? answer.catch((error: unknown) => this.#errorReply(command, error))
          : answer;
      execution.add(reply);
      this.#tellMonitors(connection, command, request);
      if (this.#app.tracking.isOn) this.#app.tracking.ran(connection, command, request);
      const endUs = clock.monotonicUs();
      connection.commandStartUs = endUs;
      const shown = reply instanceof Promise ? null : reply;
      this.#app.observer.ran(connection, command, request, shown, endUs - startUs);
    }
    return execution.end();
  }

  /** Rules may have changed since the command was queued, even by a command of the same transaction. */
  #invokeQueued(connection: Connection, command: Command, request: Request): Answer {
    if (!connection.user.isUnrestricted) {
      const denied = deniedQueued(this.#app.acl, connection, command, request);
      if (denied !== null) return new ErrorReply(denied);
    }
    return this.#invoke(connection, command, request);
  }

  #invoke(connection: Connection, command: Command, request: Request): Answer {
    if (command.isWrite) connection.hasWritten = true;
    try {
      return command.invoke(connection, request);
    } catch (error) {
      return this.#errorReply(command, error);
    }
  }

  #execute(connection: Connection, command: Command, request: Request): "done" | "wait" {
    const startUs = connection.commandStartUs;
    const { tracking } = this.#app;
    const reply = this.#invoke(connection, command, request);
    if (reply instanceof Promise) {
      this.#tellMonitors(connection, command, request);
      if (tracking.isOn) tracking.ran(connection, command, request);
      const kept = request.clone();
      const ranUs = clock.monotonicUs() - startUs;
      const { ledis } = this.#app;
      void reply
        .catch((error: unknown) => this.#lateErrorReply(command, error, ledis))
        .then((value) => {
          if (connection.isClosed && value instanceof StreamReply) value.source.close();
          // Waiting for a key is not work: BLPOP is as slow as it was before it waited.
          const waits = command.flags.has("blocking") || command.flags.has("waits");
          const start = waits ? clock.monotonicUs() - ranUs : startUs;
          connection.answerLater(() => this.#finish(connection, command, kept, value, start));
        });
      return "wait";
    }
    this.#finish(connection, command, request, reply, startUs);
    this.#tellMonitors(connection, command, request);
    if (tracking.isOn) {
      tracking.ran(connection, command, request);
      tracking.answered();
    }
    // Who waits for what this command wrote comes before the next command.
    const { waiters } = this.#app.ledis;
    if (waiters.isReady) waiters.serve();
    return "done";
  }

  #finish(
    connection: Connection,
    command: Command,
    request: Request,
    reply: Reply,
    startUs: number,
  ): void {
    const app = this.#app;
    if (reply instanceof StreamReply) connection.stream(reply);
    else this.#answer(connection, command, reply);
    const endUs = clock.monotonicUs();
    connection.commandStartUs = endUs;
    app.observer.ran(connection, command, request, reply, endUs - startUs);
  }

  #tellMonitors(connection: Connection, command: Command, request: Request): void {
    const { monitors, output } = this.#app;
    if (!monitors.isEmpty) monitors.tell(output, connection, command, request);
  }

  #answer(connection: Connection, command: Command, reply: Reply): void {
    const isMessage = reply instanceof Pushes;
    // Messages are sent to a client that wants no replies, too; EXEC has looked at that itself.
    if (!connection.takesReply() && !isMessage && !(reply instanceof Encoded)) return;
    const holds = isMessage || (command.group === "transactions" && command.name !== "EXEC");
    this.#app.output.answer(reply, connection.protocol, holds);
  }

  #reject(connection: Connection, request: Request, command: Command | null, text: string): "done" {
    const { transaction } = connection;
    const isExec = command?.name === "EXEC";
    const reply = new ErrorReply(isExec ? execRefused(text) : text);
    if (isExec) transaction.discard();
    else transaction.abort();
    if (connection.takesReply()) this.#app.output.answer(reply, connection.protocol);
    connection.tracking.commandEnded(command);
    this.#app.observer.refused(connection, command, request, reply);
    return "done";
  }

  /** @param ledis the database that the command has begun with: a slave may serve another one by now */
  #lateErrorReply(command: Command, error: unknown, ledis: Ledis): ErrorReply {
    const isReplaced = this.#app.ledis !== ledis || !this.#app.isReady;
    if (isReplaced && !(error instanceof CommandError)) return new ErrorReply(errors.replaced);
    return this.#errorReply(command, error);
  }

  #errorReply(command: Command, error: unknown): ErrorReply {
    if (error instanceof CommandError) return new ErrorReply(error.message);
    if (error instanceof StorageError) {
      this.#app.ledis.turns.breakTurn(error);
      return new ErrorReply(`MISCONF ${error.message}`);
    }
    log.error("dispatch", "a command failed", {
      command: command.name,
      error: error instanceof Error ? (error.stack ?? error.message) : error,
    });
    this.#app.ledis.turns.breakTurn(error);
    return new ErrorReply("ERR internal error");
  }
}

/** Whether a client may run it that has not given the password. */
function isOpenTo({ mayReplicate }: Connection, { flags }: Command): boolean {
  return flags.has("no_auth") || (mayReplicate && flags.has("replication"));
}

/** Whether the command changes data, or has queued ones do it. */
function writes({ transaction }: Connection, command: Command): boolean {
  return command.isWrite || (transaction.hasWrites && command.name === "EXEC");
}

/** Scripts, and messages: who knows. */
function mayComeToWrites({ transaction }: Connection, command: Command): boolean {
  return command.flags.has("may_replicate") || (transaction.hasMessages && command.name === "EXEC");
}

/** What a monitor may not do: in Redis it counts as a slave. */
function touchesData({ flags, isWrite }: Command): boolean {
  return isWrite || flags.has("readonly") || flags.has("may_replicate");
}
