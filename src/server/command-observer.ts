/** What is kept of each command that ran or was refused: counters, slow log, access log. */
import type { Client } from "../commands/client.ts";
import type { Command } from "../commands/command.ts";
import type { CallObserver, Context, ObservedCall } from "../commands/context.ts";
import { ErrorReply, type Reply } from "../resp/reply.ts";
import type { Request } from "../resp/request.ts";
import type { AccessLog } from "./access-log.ts";
import type { Stats } from "./server-stats.ts";
import type { SlowCommands } from "./slow-log.ts";

export class CommandObserver implements CallObserver {
  readonly #stats: Stats;
  readonly #slowLog: SlowCommands;
  /** Commands that take so long are in the slow log, in µs; negative: none are. */
  slowUs = -1;
  accessLog: AccessLog | null = null;

  constructor(stats: Stats, slowLog: SlowCommands) {
    this.#stats = stats;
    this.#slowLog = slowLog;
  }

  /** A client's command has run. `reply` is null where it is not known. */
  ran(client: Client, command: Command, request: Request, reply: Reply, durationUs: number): void {
    this.#stats.commandsProcessed++;
    const error = reply instanceof ErrorReply ? reply.text : null;
    this.#stats.countCall(command, durationUs, error);
    this.#noteIfSlow(client, command, request, durationUs);
    this.accessLog?.write(client, command, request, durationUs, error);
  }

  /** A client's request was refused before it could run. */
  refused(client: Client, command: Command | null, request: Request, reply: ErrorReply): void {
    this.#stats.countRejection(command, reply.text);
    this.accessLog?.write(client, command, request, 0, reply.text);
  }

  ranInScript({ client }: Context, command: Command, request: Request, call: ObservedCall): void {
    const error = call.reply instanceof ErrorReply ? call.reply.text : null;
    if (call.isRejected) this.#stats.countRejection(command, error ?? "");
    else this.#stats.countCall(command, call.durationUs, error);
    this.#noteIfSlow(client, command, request, call.durationUs);
  }

  #noteIfSlow(client: Client, command: Command, request: Request, durationUs: number): void {
    if (this.slowUs < 0 || durationUs < this.slowUs || command.flags.has("skip_slowlog")) return;
    this.#slowLog.add(command, request, durationUs, client);
  }
}
