/** Counters of what the server has done, for INFO. */
import { clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { CommandStats, ServerStats } from "../commands/context.ts";

/** Distinct error code words that are counted apart: clients can make up no more than this many. */
const ERROR_CODES_MAX = 128;

export class Stats implements ServerStats {
  connectionsReceived = 0;
  connectionsRejected = 0;
  commandsProcessed = 0;
  errorReplies = 0;
  inputBytes = 0;
  outputBytes = 0;
  commandsPerSecond = 0;
  inputBytesPerSecond = 0;
  outputBytesPerSecond = 0;
  memoryPeakBytes = process.memoryUsage.rss();
  readonly #sample = { atUs: clock.monotonicUs(), commands: 0, input: 0, output: 0 };
  readonly commands = new Map<string, CommandStats>();
  /** The same by the command's number: an index costs a tenth of a look-up by name. */
  #byNumber: CommandStats[] = [];
  readonly errors = new Map<string, number>();

  /** Counters of one command, made when it is first run. */
  of({ number, lowerName }: Pick<Command, "number" | "lowerName">): CommandStats {
    const known = this.#byNumber[number];
    if (known !== undefined) return known;
    const stats = { calls: 0, microseconds: 0, rejected: 0, failed: 0 };
    this.commands.set(lowerName, stats);
    this.#byNumber[number] = stats;
    return stats;
  }

  /** A command has run. `error`: the text of its error reply, or null. */
  countCall(command: Command, microseconds: number, error: string | null): void {
    const stats = this.of(command);
    stats.calls++;
    stats.microseconds += microseconds;
    if (error === null) return;
    stats.failed++;
    this.countError(error);
  }

  /** A request was refused before it could run; `command` is null when there is no such one. */
  countRejection(command: Command | null, error: string): void {
    this.countError(error);
    if (command !== null) this.of(command).rejected++;
  }

  countError(text: string): void {
    this.errorReplies++;
    const code = text.split(" ", 1)[0]!;
    const count = this.errors.get(code);
    if (count === undefined && this.errors.size >= ERROR_CODES_MAX) return;
    this.errors.set(code, (count ?? 0) + 1);
  }

  /** Brings rates and peaks up to date; call about once a second. */
  sample(): void {
    const last = this.#sample;
    const nowUs = clock.monotonicUs();
    const seconds = (nowUs - last.atUs) / 1e6;
    if (seconds <= 0) return;
    this.commandsPerSecond = (this.commandsProcessed - last.commands) / seconds;
    this.inputBytesPerSecond = (this.inputBytes - last.input) / seconds;
    this.outputBytesPerSecond = (this.outputBytes - last.output) / seconds;
    this.memoryPeakBytes = Math.max(this.memoryPeakBytes, process.memoryUsage.rss());
    this.#startSample(nowUs);
  }

  #startSample(nowUs: number): void {
    this.#sample.atUs = nowUs;
    this.#sample.commands = this.commandsProcessed;
    this.#sample.input = this.inputBytes;
    this.#sample.output = this.outputBytes;
  }

  /** CONFIG RESETSTAT. */
  reset(): void {
    this.connectionsReceived = 0;
    this.connectionsRejected = 0;
    this.commandsProcessed = 0;
    this.errorReplies = 0;
    this.inputBytes = 0;
    this.outputBytes = 0;
    this.commands.clear();
    this.#byNumber = [];
    this.errors.clear();
    this.commandsPerSecond = 0;
    this.inputBytesPerSecond = 0;
    this.outputBytesPerSecond = 0;
    this.memoryPeakBytes = process.memoryUsage.rss();
    this.#startSample(clock.monotonicUs());
  }
}
