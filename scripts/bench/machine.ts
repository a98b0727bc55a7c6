/** Facts without which a figure says nothing. */

import { statfsSync } from "node:fs";
import { cpus, release, tmpdir, totalmem, type } from "node:os";
import type { BenchOptions } from "./options.ts";
import type { MeasuredServer } from "./servers.ts";

const GB = 1 << 30;

/** Name and value of each fact. */
export type Facts = Readonly<Record<string, string>>;

export function factsOf(
  servers: readonly MeasuredServer[],
  options: BenchOptions,
  benchmark: string,
): Facts {
  const processors = cpus();
  const { rounds, requests, clients, valueBytes } = options;
  return {
    processor: `${processors[0]?.model.trim() ?? "unknown"}, ${processors.length} cores`,
    memory: `${(totalmem() / GB).toFixed(1)} GB`,
    kernel: `${type()} ${release()}`,
    "temporary directory": `${tmpdir()}, ${fileSystemOf(tmpdir())}`,
    bun: Bun.version,
    judge: benchmark,
    ...Object.fromEntries(servers.map(({ name, version }) => [name, version])),
    load: `${requests} requests, ${clients} connections, values of ${valueBytes} bytes`,
    figures: `medians of ${rounds} rounds, servers one after the other in each`,
  };
}

/** Where spawned servers keep their data: a disk in memory makes every log look fast. */
function fileSystemOf(path: string): string {
  const names: Readonly<Record<number, string>> = {
    16914836: "tmpfs",
    61267: "ext4",
    1481003842: "xfs",
    2435016766: "btrfs",
    2035054128: "overlayfs",
  };
  const { type: magic } = statfsSync(path);
  return names[magic] ?? `file system 0x${magic.toString(16)}`;
}
