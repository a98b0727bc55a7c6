/**
 * Runs one request: finds the command, checks what may be checked before it runs, runs it, writes its reply,
 * and keeps count. The one place where a command's error becomes a reply.
 */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import { CommandError, errors, StorageError, wrongArity } from "../errors.ts";
import { log } from "../log.ts";
import { ErrorReply, type Reply } from "../resp/reply.ts";
import type { Request } from "../resp/request.ts";
import type { App } from "./app.ts";
import type { Connection } from "./connection.ts";

/** Bytes of arguments that the error for an unknown command repeats. */
const UNKNOWN_ARGS_BYTES = 128;

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

export class Dispatcher {
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  /** See RequestRunner.run. */
  run(connection: Connection, request: Request): "done" | "wait" | "hold" {
    const named = this.#app.commands.find(request.buffer, request.start(0), request.end(0));
    const command =
      named === undefined || named.subcommands.length === 0 || request.count === 1
        ? named
        : named.findSubcommand(request.bytes(1));
    if (command === undefined) {
      return this.#reject(connection, request, null, unknownCommand(request, named));
    }
    const refusal = this.#refusal(connection, command, request);
    if (refusal !== null) return this.#reject(connection, request, command, refusal);
    if (this.#app.holdsForPause(connection, command)) return "hold";
    if (this.#mustWait(command)) {
      this.#app.waitForRoom(connection);
      return "hold";
    }
    return this.#execute(connection, command, request);
  }

  /** Why the command may not run, or null. */
  #refusal(connection: Connection, command: Command, request: Request): string | null {
    if (!command.accepts(request.count)) return wrongArity(command.lowerName);
    if (!connection.authenticated && !command.flags.has("no_auth")) return errors.noAuth;
    if (!command.isWrite) return null;
    const failure = this.#app.ledis.keyspace.writeFailure;
    return failure === null ? null : `MISCONF Errors writing to the binlog: ${failure}`;
  }

  #mustWait(command: Command): boolean {
    return command.isWrite && !this.#app.ledis.keyspace.hasRoom;
  }

  #execute(connection: Connection, command: Command, request: Request): "done" | "wait" {
    const startUs = connection.commandStartUs;
    connection.lastCommand = command.lowerName;
    let reply: Reply | Promise<Reply>;
    try {
      reply = command.invoke(connection, request);
    } catch (error) {
      reply = this.#errorReply(command, error);
    }
    if (reply instanceof Promise) {
      const kept = request.clone();
      const ranUs = clock.monotonicUs() - startUs;
      void reply
        .catch((error: unknown) => this.#errorReply(command, error))
        .then((value) => {
          // Waiting for a key is not work: BLPOP is as slow as it was before it waited.
          const start = command.flags.has("blocking") ? clock.monotonicUs() - ranUs : startUs;
          connection.answerLater(() => this.#finish(connection, command, kept, value, start));
        });
      return "wait";
    }
    this.#finish(connection, command, request, reply, startUs);
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
    if (connection.takesReply()) app.output.writer.write(reply, connection.protocol);
    const endUs = clock.monotonicUs();
    connection.commandStartUs = endUs;
    app.observe(connection, command, request, reply, endUs - startUs);
  }

  #reject(connection: Connection, request: Request, command: Command | null, text: string): "done" {
    const reply = new ErrorReply(text);
    if (connection.takesReply()) this.#app.output.writer.write(reply, connection.protocol);
    this.#app.observeRejected(connection, command, request, reply);
    return "done";
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
