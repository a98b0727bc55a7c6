/** One client's transaction: what it queues between MULTI and EXEC, and which keys it watches. */
import type { Bytes } from "../bytes/bytes.ts";
import type { Transaction } from "../commands/client.ts";
import type { Command } from "../commands/command.ts";
import type { Answer } from "../commands/context.ts";
import type { KeyTable } from "../database/key-table/key-table.ts";
import { Watch, type Watches } from "../database/key-table/watches.ts";
import { CommandError, errors } from "../errors.ts";
import { NULL_ARRAY } from "../resp/reply.ts";
import type { Request } from "../resp/request.ts";
import type { RequestLimits } from "../resp/request-limits.ts";

/** What one queued command, and one word of it, take besides their bytes: about that. */
const COMMAND_BYTES = 200;
const WORD_BYTES = 16;

export interface QueuedCommand {
  readonly command: Command;
  /** A copy of the request. */
  readonly request: Request;
}

/** What a transaction needs of the connection that it belongs to. */
export interface TransactionHost {
  readonly ledis: { readonly watches: Watches };
  /** `queryBytesMax` bounds what its queue, and its watched keys, may take. */
  readonly limits: Pick<RequestLimits, "queryBytesMax">;
  /** Runs the commands in this turn and answers their replies as one. */
  runQueued(queue: readonly QueuedCommand[]): Answer;
}

function bytesOf(request: Request): number {
  let bytes = COMMAND_BYTES;
  for (let i = 0; i < request.count; i++) bytes += request.length(i) + WORD_BYTES;
  return bytes;
}

export class ClientTransaction implements Transaction {
  readonly #host: TransactionHost;
  #queue: QueuedCommand[] = [];
  #queueBytes = 0;
  #watch: Watch | null = null;
  /** A command was refused: EXEC will be too. */
  #isAborted = false;
  isOpen = false;
  isRunning = false;
  /** Whether what is queued writes, or might be told to slaves: CLIENT PAUSE and failed disks hold EXEC back. */
  hasWrites = false;
  hasMessages = false;

  constructor(host: TransactionHost) {
    this.#host = host;
  }

  get isDirty(): boolean {
    return this.#watch?.wasBroken ?? false;
  }

  get count(): number {
    return this.#queue.length;
  }

  get bytes(): number {
    return this.#queueBytes + (this.#watch?.bytes ?? 0);
  }

  begin(): void {
    if (this.isOpen) throw new CommandError(errors.nestedMulti);
    this.isOpen = true;
  }

  /** Keeps a command for EXEC. One that cannot be run any more is not kept. @throws {CommandError} no room */
  queue(command: Command, request: Request): void {
    if (this.#isAborted || this.isDirty) return;
    const bytes = bytesOf(request);
    if (this.#queueBytes + bytes > this.#host.limits.queryBytesMax) {
      throw new CommandError(errors.clientMemory);
    }
    this.#queueBytes += bytes;
    this.#queue.push({ command, request: request.clone() });
    this.hasWrites ||= command.isWrite;
    this.hasMessages ||= command.flags.has("may_replicate");
  }

  /** A command was refused: EXEC will be too, and what was queued is forgotten. */
  abort(): void {
    if (!this.isOpen) return;
    this.#isAborted = true;
    this.#queue = [];
    this.#queueBytes = 0;
  }

  discard(): void {
    this.unwatch();
    this.#queue = [];
    this.#queueBytes = 0;
    this.#isAborted = false;
    this.isOpen = false;
    this.hasWrites = false;
    this.hasMessages = false;
  }

  execute(): Answer {
    if (!this.isOpen) throw new CommandError(errors.execWithoutMulti);
    try {
      if (this.#isAborted) throw new CommandError(errors.execAborted);
      if (this.#watch?.isBroken) return NULL_ARRAY;
      // As in Redis: what the transaction itself writes is no change.
      this.unwatch();
      this.isRunning = true;
      return this.#host.runQueued(this.#queue);
    } finally {
      this.isRunning = false;
      this.discard();
    }
  }

  watch(table: KeyTable, keys: readonly Bytes[]): void {
    this.#watch ??= this.#host.ledis.watches.open();
    const watch = this.#watch;
    if (watch.bytes + Watch.bytesOf(keys) > this.#host.limits.queryBytesMax) {
      throw new CommandError(errors.clientMemory);
    }
    for (const key of keys) watch.add(table, key);
  }

  unwatch(): void {
    this.#watch?.clear();
    this.#watch = null;
  }

  /** Another database is served now: what was watched has changed, and what comes will be watched in that. */
  databaseReplaced(): void {
    if (this.#watch !== null && this.#watch.bytes > 0) this.#watch.break();
  }
}
