/**
 * Runs one request: finds the command, checks what may be checked before it runs, runs it, writes its reply,
 * and keeps count. The one place where a command's error becomes a reply.
 */
import { mapKey } from "../bytes/bytes.ts";
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

function unknownCommand(request: Request): string {
  const name = mapKey(request.bytes(0)).slice(0, UNKNOWN_ARGS_BYTES);
  let args = "";
  for (let i = 1; i < request.count && args.length < UNKNOWN_ARGS_BYTES; i++) {
    args += `'${mapKey(request.bytes(i)).slice(0, UNKNOWN_ARGS_BYTES - args.length)}' `;
  }
  return `ERR unknown command '${name}', with args beginning with: ${args}`;
}

export class Dispatcher {
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  /** See RequestRunner.run. */
  run(connection: Connection, request: Request): "done" | "wait" | "hold" {
    const command = this.#app.commands.find(request.buffer, request.start(0), request.end(0));
    if (command === undefined)
      return this.#reject(connection, request, null, unknownCommand(request));
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
    if (!command.accepts(request.count)) return wrongArity(command.name.toLowerCase());
    if (!connection.authenticated && !command.flags.has("no_auth")) return errors.noAuth;
    if (!command.flags.has("write")) return null;
    const failure = this.#app.ledis.keyspace.writeFailure;
    return failure === null ? null : `MISCONF Errors writing to the binlog: ${failure}`;
  }

  #mustWait(command: Command): boolean {
    return command.flags.has("write") && !this.#app.ledis.keyspace.hasRoom;
  }

  #execute(connection: Connection, command: Command, request: Request): "done" | "wait" {
    const startUs = clock.monotonicUs();
    connection.lastCommand = command.name;
    let reply: Reply | Promise<Reply>;
    try {
      reply = command.invoke(connection, request);
    } catch (error) {
      reply = this.#errorReply(command, error);
    }
    if (reply instanceof Promise) {
      const kept = request.clone();
      void reply
        .catch((error: unknown) => this.#errorReply(command, error))
        .then((value) => {
          connection.answerLater(() => this.#finish(connection, command, kept, value, startUs));
        });
      return "wait";
    }
    this.#finish(connection, command, request, reply, startUs);
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
    app.observe(connection, command, request, reply, clock.monotonicUs() - startUs);
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
