/** `ledis server`: starts a server, says where it listens, and stops it on a signal. */

import type { ShutdownOptions } from "../commands/context.ts";
import { formatAddress, formatTlsAddress } from "../config/address.ts";
import { parseServerArguments } from "../config/command-line.ts";
import { Config } from "../config/config.ts";
import { serverHelp } from "../config/help.ts";
import { log } from "../log.ts";
import type { App } from "../server/app.ts";
import { version } from "../version.ts";
import { applyMemorySettings } from "./memory-settings.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP"] as const;

/** Runs until a signal or SHUTDOWN; answers the exit status. @throws {ConfigError | StorageError} it cannot start */
export async function serverCommand(args: readonly string[]): Promise<number> {
  const commandLine = parseServerArguments(args);
  if (commandLine.action === "help") {
    process.stdout.write(serverHelp());
    return 0;
  }
  if (commandLine.action === "version") {
    process.stdout.write(`ledis ${version}\n`);
    return 0;
  }
  // Before the file is read: one that comes through standard input can be read only once.
  if (!isDescriptor(commandLine.file)) applyMemorySettings();
  // Not sooner: the process that is about to start anew needs none of it.
  const { App } = await import("../server/app.ts");
  const app = await App.start(Config.load(commandLine));
  const stopped = stopRequest(app);
  const plain = app.addresses.map(formatAddress);
  const addresses = [...plain, ...app.tlsAddresses.map(formatTlsAddress)].join(" ");
  // Whoever read the ready line may have closed the pipe.
  process.stdout.on("error", () => {});
  process.stdout.write(`ledis ${version} ready on ${addresses}\n`);
  await app.stop(await stopped);
  log.info("server", "stopped");
  return 0;
}

/** True for the name of an open descriptor, which a process that is started anew has not. */
function isDescriptor(file: string | null): boolean {
  return file !== null && /^\/(dev|proc\/.*)\/fd\//.test(file);
}

/** Resolves when a signal or SHUTDOWN asks for a stop. A signal after that ends the process at once. */
function stopRequest(app: App): Promise<ShutdownOptions> {
  const { promise, resolve } = Promise.withResolvers<ShutdownOptions>();
  let asked = false;
  const ask = (options: ShutdownOptions): void => {
    asked = true;
    resolve(options);
  };
  app.onShutdown(ask);
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (asked) process.exit(1);
      log.info("server", "stopping", { signal });
      ask({ save: true });
    });
  }
  return promise;
}
