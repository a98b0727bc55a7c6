/** Counters of what the server has done, for INFO. */
import type { CommandStats, ServerStats } from "../commands/context.ts";

/** Distinct error code words that are counted apart: clients can make up no more than this many. */
const ERROR_CODES_MAX = 128;

export class Stats implements ServerStats {
  connectionsReceived = 0;
  connectionsRejected = 0;
  commandsProcessed = 0;
  keyspaceHits = 0;
  keyspaceMisses = 0;
  errorReplies = 0;
  inputBytes = 0;
  outputBytes = 0;
  readonly commands = new Map<string, CommandStats>();
  readonly errors = new Map<string, number>();

  /** Counters of one command, made when it is first run. */
  of(name: string): CommandStats {
    let stats = this.commands.get(name);
    if (stats === undefined) {
      stats = { calls: 0, microseconds: 0, rejected: 0, failed: 0 };
      this.commands.set(name, stats);
    }
    return stats;
  }

  countError(text: string): void {
    this.errorReplies++;
    const code = text.split(" ", 1)[0]!;
    const count = this.errors.get(code);
    if (count === undefined && this.errors.size >= ERROR_CODES_MAX) return;
    this.errors.set(code, (count ?? 0) + 1);
  }

  reset(): void {
    this.connectionsReceived = 0;
    this.connectionsRejected = 0;
    this.commandsProcessed = 0;
    this.keyspaceHits = 0;
    this.keyspaceMisses = 0;
    this.errorReplies = 0;
    this.inputBytes = 0;
    this.outputBytes = 0;
    this.commands.clear();
    this.errors.clear();
  }
}
