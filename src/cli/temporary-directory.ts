/** Directories that tools need for the time of their work: as large as a database, so none may stay. */
import { mkdtempSync, rmSync } from "node:fs";

/** What ends a tool before its time: Ctrl-C, `kill`, a closed terminal. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Has `work` use a directory, which is removed afterwards, also when a signal ends the program; unless it has another name by
 * then.
 *
 * @param prefix of its path
 */
export async function inTemporaryDirectory<T>(
  prefix: string,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(prefix);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const stop = (signal: NodeJS.Signals) => {
    remove();
    // Nobody listens any more: it ends the program as if nobody had.
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    return await work(directory);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
    remove();
  }
}
