/** A server of its own for a test, as a process: for signals, crashes, exit codes and foreign clients. */

import { join } from "node:path";
import type { Subprocess } from "bun";
import { type Address, parseAddress } from "../../src/config/address.ts";
import { RespClient } from "./resp-client.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** The program. */
export const MAIN = join(import.meta.dir, "../../src/main.ts");

/** The end of a process. */
export interface Outcome {
  /** Exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnedServer extends AsyncDisposable {
  readonly process: Subprocess<"ignore", "pipe", "pipe">;
  /** What it said when it was ready. */
  readonly readyLine: string;
  /** Where it listens; the first address of several. */
  readonly address: Address;
  /** Of the first address; 0 for a unix socket. */
  readonly port: number;
  /** Holds `data`, and whatever else a test puts there. */
  readonly directory: string;
  connect(): Promise<RespClient>;
  /** Resolves when the process has ended. */
  readonly outcome: Promise<Outcome>;
}

/** Runs `ledis` with these arguments to its end. */
export async function runLedis(...args: readonly string[]): Promise<Outcome> {
  const child = spawn(args);
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status: child.signalCode === null ? status : null, stdout, stderr };
}

/**
 * Starts `ledis server` on a free port, unless the arguments say otherwise, and waits until it is ready.
 *
 * @param directory to use instead of a temporary one, which is removed at the end
 * @throws {Error} it ended instead, with what it said on stderr
 */
export async function spawnServer(
  args: readonly string[] = [],
  directory?: string,
): Promise<SpawnedServer> {
  const temporary = directory === undefined ? temporaryDirectory() : null;
  const path = directory ?? temporary!.path;
  const child = spawn([
    "server",
    ...(args.includes("--addr") ? [] : ["--addr", "127.0.0.1:0"]),
    ...["--data-dir", join(path, "data")],
    ...args,
  ]);
  const output = new LineReader(child.stdout);
  const stderr = new Response(child.stderr).text();
  const outcome = Promise.all([output.rest, stderr, child.exited]).then(
    ([stdout, errors, status]): Outcome => ({
      status: child.signalCode === null ? status : null,
      stdout,
      stderr: errors,
    }),
  );
  const readyLine = await output.firstLine;
  const [, address] = / ready on (\S+)/.exec(readyLine) ?? [];
  if (address === undefined) {
    const { status, stderr: errors } = await outcome;
    temporary?.[Symbol.dispose]();
    throw new Error(`the server ended with ${status}: ${errors}`);
  }
  const parsed = parseAddress(address);
  return {
    process: child,
    readyLine,
    address: parsed,
    port: parsed.kind === "tcp" ? parsed.port : 0,
    directory: path,
    outcome,
    connect: () => RespClient.connect(parsed),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      temporary?.[Symbol.dispose]();
    },
  };
}

function spawn(args: readonly string[]): Subprocess<"ignore", "pipe", "pipe"> {
  return Bun.spawn([process.execPath, MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TZ: "UTC" },
  });
}

/** A stream of text of which the first line is wanted early and the rest at the end. */
class LineReader {
  readonly firstLine: Promise<string>;
  /** Everything, the first line included. */
  readonly rest: Promise<string>;

  constructor(stream: ReadableStream<Uint8Array>) {
    const first = Promise.withResolvers<string>();
    this.firstLine = first.promise;
    this.rest = this.#read(stream, first.resolve);
  }

  async #read(
    stream: ReadableStream<Uint8Array>,
    onFirstLine: (line: string) => void,
  ): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      const end = text.indexOf("\n");
      if (end >= 0) onFirstLine(text.slice(0, end));
    }
    onFirstLine(text);
    return text;
  }
}
