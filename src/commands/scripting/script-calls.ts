/** Commands that scripts call: found, checked and run as a client's are, but at once and in the same turn. */
import type { Bytes } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import { CommandError, errors, wrongArity } from "../../errors.ts";
import { log } from "../../log.ts";
import type { ScriptHost } from "../../lua/redis-library.ts";
import { ErrorReply, type Reply } from "../../resp/reply.ts";
import type { Protocol } from "../../resp/reply-writer.ts";
import type { Request } from "../../resp/request.ts";
import { type DenialReason, denialOf } from "../acl/permissions.ts";
import type { Command } from "../command.ts";
import type { Answer, Context } from "../context.ts";

/** What a script is told of its caller's lack of permission. */
const DENIED: Readonly<Record<DenialReason, string>> = {
  command: "ERR The user executing the script can't run this command or subcommand",
  key: "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments",
  channel:
    "ERR The user executing the script can't publish to the channel mentioned in the command",
};

/** One script's way to the commands, for one client. */
export class ScriptCalls implements ScriptHost {
  readonly #context: Context;
  readonly #isReadOnly: boolean;
  readonly #keys: readonly Bytes[];

  /**
   * @param isReadOnly commands that write are refused
   * @param keys those that the client has named
   */
  constructor(context: Context, isReadOnly: boolean, keys: readonly Bytes[]) {
    this.#context = context;
    this.#isReadOnly = isReadOnly;
    this.#keys = keys;
  }

  call(request: Request, protocol: Protocol): Reply {
    const command = this.#context.server.commands.meantBy(request);
    if (command === undefined) return new ErrorReply(errors.scriptUnknownCommand);
    const refusal = this.#refusal(command, request);
    const startUs = clock.monotonicUs();
    const reply =
      refusal === null ? this.#invoke(command, request, protocol) : new ErrorReply(refusal);
    const durationUs = clock.monotonicUs() - startUs;
    if (refusal === null) this.#noteRead(command);
    const call = { reply, durationUs, isRejected: refusal !== null };
    this.#context.server.observer.ranInScript(this.#context, command, request, call);
    return reply;
  }

  knows(request: Request): boolean {
    return this.#context.server.commands.meantBy(request) !== undefined;
  }

  allows(request: Request): boolean {
    const { client, server } = this.#context;
    const command = server.commands.meantBy(request)!;
    return denialOf(client.user, command, request.views()) === null;
  }

  /** As in Redis: what was read is what the client has named, whatever the script has looked at. */
  #noteRead({ flags }: Command): void {
    const { tracking } = this.#context.client;
    if (tracking.mode !== null && flags.has("readonly")) tracking.scriptRead(this.#keys);
  }

  #refusal(command: Command, request: Request): string | null {
    const { arity, flags, isWrite } = command;
    const words = request.count;
    if (arity >= 0 ? words !== arity : words < -arity) return errors.scriptArity;
    if (flags.has("noscript")) return errors.notFromScript;
    const { client, server } = this.#context;
    if (server.readRefusal !== null && !flags.has("stale")) return errors.scriptStale;
    if (!client.user.isUnrestricted) {
      const denied = server.acl.denial(client, command, request.views(), "lua");
      if (denied !== null) return DENIED[denied];
    }
    if (this.#isReadOnly && (isWrite || flags.has("may_replicate"))) {
      return errors.scriptReadOnly;
    }
    if (!command.accepts(words)) return wrongArity(command.lowerName);
    return isWrite ? server.writeRefusal : null;
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
