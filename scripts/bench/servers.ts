/** The servers to measure: those that run already, and those started for it. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "./client.ts";
import type { BenchOptions, NamedPort } from "./options.ts";

const root = join(import.meta.dir, "../..");
/** How long a server may take to start, in ms. */
const START_MS = 10_000;

export interface MeasuredServer extends NamedPort {
  /** What it says of itself, such as `redis 7.0.15`. */
  readonly version: string;
  /** null: unknown. */
  readonly pid: number | null;
  /** Started here: its data may be thrown away. */
  readonly isOwn: boolean;
}

export interface Servers extends AsyncDisposable {
  readonly list: readonly MeasuredServer[];
}

interface Child {
  readonly name: string;
  readonly port: number;
  readonly process: Bun.Subprocess;
  readonly directory: string;
}

/** Starts what has to be started, and asks every server who it is. @throws one of them does not answer */
export async function openServers(options: BenchOptions): Promise<Servers> {
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children) child.process.kill();
    await Promise.all(children.map((child) => child.process.exited));
    for (const child of children) rmSync(child.directory, { recursive: true, force: true });
  };
  try {
    if (options.spawn) {
      children.push(start("redis", redisCommand), start("ledis", ledisCommand(options.ledis)));
    }
    const list: MeasuredServer[] = [];
    for (const child of children) list.push(await ask(child, child.process.pid));
    for (const server of options.servers) list.push(await ask(server, null));
    return { list, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Command = (port: number, directory: string) => string[];

const redisCommand: Command = (port, directory) => {
  const durable = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""];
  const network = ["--port", `${port}`, "--bind", "127.0.0.1"];
  return ["redis-server", ...network, "--dir", directory, ...durable];
};

function ledisCommand(which: BenchOptions["ledis"]): Command {
  const binary = join(root, "dist/ledis");
  const built = which === "dist" || (which === null && existsSync(binary));
  const program = built ? [binary] : [process.execPath, join(root, "src/main.ts")];
  return (port, directory) => [
    ...program,
    "server",
    ...["--addr", `127.0.0.1:${port}`, "--data-dir", directory],
  ];
}

function start(name: string, command: Command): Child {
  const port = freePort();
  const directory = mkdtempSync(join(tmpdir(), `bench-${name}-`));
  const child = Bun.spawn(command(port, directory), {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return { name, port, process: child, directory };
}

function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function ask({ name, port }: NamedPort, pid: number | null): Promise<MeasuredServer> {
  const deadline = Date.now() + (pid === null ? 0 : START_MS);
  for (;;) {
    try {
      using client = await Client.connect(port);
      await client.call("PING");
      const info = (await client.text("INFO", "server")) ?? "";
      const field = (key: string) => new RegExp(`^${key}:(.*?)\\r?$`, "m").exec(info)?.[1];
      const told = field("process_id");
      return {
        name,
        port,
        version: field("ledis_version") ?? field("redis_version") ?? "unknown version",
        pid: pid ?? (told === undefined ? null : Number(told)),
        isOwn: pid !== null,
      };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (Date.now() > deadline) throw new Error(`${name} on port ${port}: ${reason}`);
      await Bun.sleep(20);
    }
  }
}

/** Resident memory of a server, in bytes, now and at its peak; null when its process is unknown. */
export function memoryOf(server: MeasuredServer): { now: number; peak: number } | null {
  if (server.pid === null || !existsSync(`/proc/${server.pid}/status`)) return null;
  const status = readFileSync(`/proc/${server.pid}/status`, "latin1");
  const bytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
}
