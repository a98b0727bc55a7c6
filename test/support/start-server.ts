/** A server of its own for a test, in this process, on a free port and in a temporary directory. */

import { join } from "node:path";
import type { Address } from "../../src/config/address.ts";
import { Config, type OptionTexts } from "../../src/config/config.ts";
import { App } from "../../src/server/app.ts";
import { RespClient } from "./resp-client.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export { type Plain, RespClient, replyError } from "./resp-client.ts";

export interface TestServer extends AsyncDisposable {
  /** The server that runs now. */
  readonly app: App;
  readonly port: number;
  /** Holds `data`, and whatever else a test puts there. */
  readonly directory: string;
  /** A new connection; closed with the server at the latest. */
  connect(address?: Address): Promise<RespClient>;
  /** Stops it and starts another one on the same data, with more options if given. */
  restart(more?: OptionTexts): Promise<void>;
}

/**
 * Starts a server: `await using server = await startServer({ requirepass: "secret" });`, then
 * `const client = await server.connect(); await client.call("PING")`.
 */
export async function startServer(options: OptionTexts = {}): Promise<TestServer> {
  const directory = temporaryDirectory();
  let overrides: OptionTexts = {
    addr: "127.0.0.1:0",
    data_dir: join(directory.path, "data"),
    ...options,
  };
  let app = await App.start(Config.load({ overrides }));
  const clients = new Set<RespClient>();
  const stop = async (): Promise<void> => {
    await app.stop({ save: true });
    for (const client of clients) client.close();
    clients.clear();
  };
  return {
    get app() {
      return app;
    },
    get port() {
      return app.tcpPort;
    },
    directory: directory.path,
    async connect(address = { kind: "tcp", host: "127.0.0.1", port: app.tcpPort }) {
      const client = await RespClient.connect(address);
      clients.add(client);
      return client;
    },
    async restart(more = {}) {
      await stop();
      overrides = { ...overrides, ...more };
      app = await App.start(Config.load({ overrides }));
    },
    async [Symbol.asyncDispose]() {
      await stop();
      directory[Symbol.dispose]();
    },
  };
}
