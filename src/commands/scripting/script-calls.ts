/** Commands that scripts call: found, checked and run as a client's are, but at once and in the same turn. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import { CommandError, errors, wrongArity } from "../../errors.ts";
import { log } from "../../log.ts";
import type { ScriptHost } from "../../lua/redis-library.ts";
import { ErrorReply, type Reply } from "../../resp/reply.ts";
import type { Protocol } from "../../resp/reply-writer.ts";
import type { Request } from "../../resp/request.ts";
import type { Command } from "../command.ts";
import type { Answer, Context } from "../context.ts";

const LOG_LEVELS = ["debug", "info", "info", "warn"] as const;

/** One script's way to the commands, for one client. */
export class ScriptCalls implements ScriptHost {
  readonly #context: Context;
  readonly #isReadOnly: boolean;

  /** @param isReadOnly commands that write are refused */
  constructor(context: Context, isReadOnly: boolean) {
    this.#context = context;
    this.#isReadOnly = isReadOnly;
  }

  call(request: Request, protocol: Protocol): Reply {
    const command = this.#context.server.commands.meantBy(request);
    if (command === undefined) return new ErrorReply(errors.scriptUnknownCommand);
    const refusal = this.#refusal(command, request.count);
    const startUs = clock.monotonicUs();
    const reply =
      refusal === null ? this.#invoke(command, request, protocol) : new ErrorReply(refusal);
    const durationUs = clock.monotonicUs() - startUs;
    const call = { reply, durationUs, isRejected: refusal !== null };
    this.#context.server.observer.ranInScript(this.#context, command, request, call);
    return reply;
  }

  knows(request: Request): boolean {
    return this.#context.server.commands.meantBy(request) !== undefined;
  }

  log(level: number, text: Bytes): void {
    log[LOG_LEVELS[level]!]("script", mapKey(text));
  }

  #refusal(command: Command, words: number): string | null {
    const { arity, flags, isWrite } = command;
    if (arity >= 0 ? words !== arity : words < -arity) return errors.scriptArity;
    if (flags.has("noscript")) return errors.notFromScript;
    if (this.#isReadOnly && (isWrite || flags.has("may_replicate"))) {
      return errors.scriptReadOnly;
    }
    if (!command.accepts(words)) return wrongArity(command.lowerName);
    return isWrite ? this.#context.server.writeRefusal : null;
  }

  /** Mistakes become error replies; whatever else is thrown ends the script. */
  #invoke(command: Command, request: Request, protocol: Protocol): Reply {
    const { client } = this.#context;
    const own = client.protocol;
    let answer: Answer;
    client.protocol = protocol;
    try {
      answer = command.invoke(this.#context, request);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      answer = new ErrorReply(error.message);
    } finally {
      client.protocol = own;
    }
    if (!(answer instanceof Promise)) return answer;
    // A script cannot wait for it.
    answer.catch((error: unknown) => log.warn("script", "a command failed later", { error }));
    return new ErrorReply(errors.notFromScript);
  }
}
