/** A server in a process of its own, run from source: to be killed, starved of disk, and started again. */

import { join } from "node:path";
import { RespClient } from "./resp-client.ts";

const root = join(import.meta.dir, "../..");

export interface ServerProcessOptions {
  readonly directory: string;
  readonly arguments?: readonly string[];
  /** Shell commands to run before, such as `ulimit -f 100`. */
  readonly shell?: string;
}

export class ServerProcess {
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #log: Promise<string>;
  readonly port: number;
  /** From the start to the ready line, in ms. */
  readonly startMilliseconds: number;

  private constructor(
    process: Bun.Subprocess<"ignore", "pipe", "pipe">,
    log: Promise<string>,
    port: number,
    startMilliseconds: number,
  ) {
    this.#process = process;
    this.#log = log;
    this.port = port;
    this.startMilliseconds = startMilliseconds;
  }

  /** Resolves when the server is ready; rejects, with what it wrote, when it ends before. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const begin = performance.now();
    const child = spawn(options);
    const log = new Response(child.stderr).text();
    const decoder = new TextDecoder();
    let output = "";
    for await (const bytes of child.stdout) {
      output += decoder.decode(bytes, { stream: true });
      const port = /ready on \S*:(\d+)/.exec(output)?.[1];
      if (port === undefined) continue;
      return new ServerProcess(child, log, Number(port), performance.now() - begin);
    }
    throw new Error(`the server ended with ${await child.exited}: ${output}${await log}`);
  }

  /** Starts one and ends it without warning after so many ms, whether it is ready by then or not. */
  static async startAndKill(options: ServerProcessOptions, afterMs: number): Promise<void> {
    const child = spawn(options);
    await Bun.sleep(afterMs);
    child.kill("SIGKILL");
    await child.exited;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  connect(): Promise<RespClient> {
    return RespClient.connect({ kind: "tcp", host: "127.0.0.1", port: this.port });
  }

  /** Ends it without warning; answers what it wrote to its log. */
  async kill(): Promise<string> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
    return this.#log;
  }

  /** Ends it in good order; answers what it wrote to its log. */
  async stop(): Promise<string> {
    this.#process.kill("SIGTERM");
    const status = await this.#process.exited;
    const log = await this.#log;
    if (status !== 0) throw new Error(`the server ended with ${status}: ${log}`);
    return log;
  }
}

function spawn(options: ServerProcessOptions): Bun.Subprocess<"ignore", "pipe", "pipe"> {
  const command = [process.execPath, join(root, "src/main.ts"), "server"];
  command.push("--addr", "127.0.0.1:0", "--data-dir", options.directory);
  command.push(...(options.arguments ?? []));
  const shell =
    options.shell === undefined ? [] : ["sh", "-c", `${options.shell}; exec "$@"`, "sh"];
  return Bun.spawn([...shell, ...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    cwd: root,
  });
}
