/** Runs the commands of a Redis master's stream here: what it did, in its order, its transactions whole. */
import { mapKey } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import type { Command } from "../../commands/command.ts";
import { CommandError, errors, wrongArity } from "../../errors.ts";
import { log } from "../../log.ts";
import { ErrorReply } from "../../resp/reply.ts";
import type { Request } from "../../resp/request.ts";
import { LinkError } from "../link-error.ts";
import type { MasterClient } from "./master-client.ts";
import { withoutTrimLimit } from "./trim-limit.ts";

/** Commands of one transaction, in bytes: they wait in memory for its EXEC. */
const TRANSACTION_BYTES_MAX = 2 ** 30;
/** Commands that fail here and are logged; of the others the number is. */
const LOGGED_MAX = 20;
/** Bytes of a command's name that are logged. */
const LOGGED_NAME_BYTES = 64;

/** What Redis sends its slaves besides commands that write: messages, and a cardinality that it has noted. */
const ALSO_SENT: ReadonlySet<string> = new Set(["PFCOUNT", "PUBLISH", "SPUBLISH"]);

const SCRIPTS: ReadonlySet<string> = new Set(["EVAL", "EVALSHA"]);

export interface ApplierEvents {
  /** The master asks how far this server is. */
  asked(): void;
}

export class CommandApplier {
  readonly #client: MasterClient;
  readonly #events: ApplierEvents;
  /** Commands between MULTI and EXEC. */
  #queue: Request[] | null = null;
  #queueBytes = 0;
  #logged = 0;
  /** Commands that could not be repeated here, and were left out. */
  skipped: number;

  /** @param skipped how many had been left out before */
  constructor(client: MasterClient, skipped: number, events: ApplierEvents) {
    this.#client = client;
    this.skipped = skipped;
    this.#events = events;
  }

  /** The database that the stream has selected. */
  get database(): number {
    return this.#client.database;
  }

  /** False within a transaction: what was taken of it has not been done yet. */
  get isWhole(): boolean {
    return this.#queue === null;
  }

  /**
   * Takes the stream's next command, and does what it says; all of a transaction with its end.
   *
   * REQUIRES: keys whose TTL has passed are not hidden; see Expiry.hides.
   *
   * @throws {LinkError} the stream cannot be followed; nothing of this command or its transaction is done
   * @throws {StorageError} the disk refuses
   */
  take(request: Request): void {
    const command = this.#client.server.commands.meantBy(request);
    switch (command?.name) {
      case "MULTI":
        this.#queue = [];
        this.#queueBytes = 0;
        return;
      case "EXEC":
        this.#execute();
        this.#serve();
        return;
      case "PING":
      // Of Redis before 7: what scripts have done comes as commands.
      case "SCRIPT|LOAD":
      case "SCRIPT|FLUSH":
        return;
      case "REPLCONF":
        this.#events.asked();
        return;
      default:
        if (this.#queue !== null) {
          this.#keep(this.#queue, request);
          return;
        }
        this.#run(request, command);
        this.#serve();
    }
  }

  /** Whoever waits for a key here sees what came with it, all of a transaction too. */
  #serve(): void {
    const { waiters } = this.#client.ledis;
    if (waiters.isReady) waiters.serve();
  }

  #keep(queue: Request[], request: Request): void {
    const kept = request.clone();
    this.#queueBytes += kept.buffer.length;
    if (this.#queueBytes > TRANSACTION_BYTES_MAX) {
      throw new LinkError(
        `a transaction of the master is longer than ${TRANSACTION_BYTES_MAX} bytes`,
      );
    }
    queue.push(kept);
  }

  #execute(): void {
    const queue = this.#queue ?? [];
    this.#queue = null;
    const { ledis, server, database } = this.#client;
    const { savepoints } = ledis.keyspace;
    const before = savepoints.take();
    try {
      for (const request of queue) this.#run(request, server.commands.meantBy(request));
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      savepoints.rollback(before);
      this.#client.select(database);
      throw error;
    }
  }

  #run(request: Request, command: Command | undefined): void {
    if (command?.name === "SELECT" && request.count === 2) {
      this.#client.select(parseSafeInteger(request.bytes(1)));
      return;
    }
    const failure = this.#invoke(request, command);
    if (failure !== null) this.#skip(request, failure);
  }

  /** Why the command did not succeed; null when it did. */
  #invoke(request: Request, command: Command | undefined): string | null {
    if (command === undefined) return "ERR unknown command";
    if (SCRIPTS.has(command.name)) {
      throw new LinkError(
        "the master sends scripts, not what they do: it is older than Redis 5, or lua-replicate-commands is no",
      );
    }
    if (!command.accepts(request.count)) return wrongArity(command.lowerName);
    if (!command.isWrite && !ALSO_SENT.has(command.name)) return "ERR it is no command that writes";
    const isTrim = command.name === "XADD" || command.name === "XTRIM";
    try {
      const reply = command.invoke(this.#client, isTrim ? withoutTrimLimit(request) : request);
      if (!(reply instanceof Promise)) return reply instanceof ErrorReply ? reply.text : null;
      reply.catch(() => {});
      return "ERR it answers later";
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.message !== errors.databaseOutOfRange) return error.message;
      throw new LinkError(
        `${command.name} of the master names a database that is not here: raise databases`,
      );
    }
  }

  #skip(request: Request, reason: string): void {
    this.skipped++;
    if (this.#logged++ >= LOGGED_MAX) return;
    const command = mapKey(request.bytes(0).subarray(0, LOGGED_NAME_BYTES));
    log.warn("replication", "a command of the master failed here", { command, reason });
  }
}
