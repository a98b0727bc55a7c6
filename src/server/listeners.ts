/** All that a server listens on, from its configuration: plain TCP, unix sockets, TLS. */
import type { Address, TcpAddress } from "../config/address.ts";
import type { Config } from "../config/config.ts";
import { masterTls, serverTls } from "../config/tls-files.ts";
import { tlsOptions } from "../config/tls-options.ts";
import { ConfigError } from "../errors.ts";
import { type Listener, listen, type SocketEvents } from "./listener.ts";
import { TlsListener } from "./tls-listener.ts";

export class Listeners<T> {
  readonly #config: Config;
  readonly #events: SocketEvents<T>;
  readonly #plain: Listener[] = [];
  readonly #tls: TlsListener<T>[] = [];
  /** What TLS is used with, as JSON: the files may be the same and hold something else. */
  #tlsInUse = "";

  constructor(config: Config, events: SocketEvents<T>) {
    this.#config = config;
    this.#events = events;
    for (const { name, runtime } of tlsOptions)
      if (runtime) config.onChange(name, () => this.#renew());
  }

  /** @throws {ConfigError} an address is in use or not ours, or TLS is not what it should be */
  async open(): Promise<void> {
    const config = this.#config;
    const [plain, tls] = [config.get("addr"), config.get("tls-addr")];
    if (plain.length + tls.length === 0) throw new ConfigError("addr and tls-addr are both empty");
    masterTls(config);
    if (tls.length > 0) {
      const options = serverTls(config);
      for (const address of tls) {
        this.#tls.push(new TlsListener(address, options, this.#events));
      }
      this.#tlsInUse = JSON.stringify(options);
    }
    const permissions = config.get("unixsocketperm");
    for (const address of plain) {
      this.#plain.push(await listen(address, permissions, this.#events));
    }
  }

  /** Where clients come without TLS. */
  get addresses(): Address[] {
    return this.#plain.map(({ address }) => address);
  }

  get tlsAddresses(): TcpAddress[] {
    return this.#tls.map(({ address }) => address);
  }

  /** The first TCP port, one without TLS if there is one; 0: none. */
  get tcpPort(): number {
    const all = [...this.addresses, ...this.tlsAddresses];
    for (const address of all) if (address.kind === "tcp") return address.port;
    return 0;
  }

  /** Connections live on. */
  stop(): void {
    for (const listener of [...this.#plain, ...this.#tls]) listener.stop();
  }

  /** @throws {ConfigError} what TLS should be is not good; it stays what it was */
  #renew(): void {
    masterTls(this.#config);
    if (this.#tls.length === 0) return;
    const options = serverTls(this.#config);
    const text = JSON.stringify(options);
    if (text === this.#tlsInUse) return;
    // If one cannot, all have to be set back.
    this.#tlsInUse = "";
    for (const listener of this.#tls) listener.renew(options);
    this.#tlsInUse = text;
  }
}
