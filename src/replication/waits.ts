/** WAIT and WAITAOF on a master: how far slaves and disks are with what a client has written. */
import type { Client } from "../commands/client.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import type { LogFeed } from "./log-feed.ts";
import type { ReplicatedKeyspace } from "./replicated-log.ts";
import type { Slaves } from "./slaves.ts";

/** The server, as far as it matters here. */
export interface WaitHost {
  readonly keyspace: ReplicatedKeyspace;
  /** Calls `work` when the present turn has ended. */
  afterTurn(work: () => void): void;
}

export class Waits {
  readonly #host: WaitHost;
  readonly #slaves: Slaves;
  readonly #logFeed: LogFeed;
  readonly #acknowledgements = new Acknowledgements();
  /** The log's end when the client had written last. */
  readonly #written = new WeakMap<Client, number>();

  constructor(host: WaitHost, slaves: Slaves, logFeed: LogFeed) {
    this.#host = host;
    this.#slaves = slaves;
    this.#logFeed = logFeed;
  }

  /** Slaves have more of the log, or a disk has. */
  changed(): void {
    this.#acknowledgements.changed();
  }

  /** See Replication.waitForSlaves. */
  async forSlaves(client: Client, count: number, timeoutMs: number): Promise<number> {
    if (!client.mayWait) return this.#slaves.countAcknowledged(this.#written.get(client) ?? 0);
    const offset = await this.#writtenBy(client);
    return this.#acknowledgements.wait({
      look: () => this.#slaves.countAcknowledged(offset),
      isEnough: (reached) => reached >= count,
      timeoutMs,
      onCancel: (cancel) => client.onUnblock(cancel),
    });
  }

  /** See Replication.waitForDisks. */
  async forDisks(
    client: Client,
    here: number,
    count: number,
    timeoutMs: number,
  ): Promise<readonly [here: number, slaves: number]> {
    const look = (offset: number) => {
      const { history, syncedPosition } = this.#host.keyspace;
      const durable = history.offsetOf(syncedPosition) ?? 0;
      return [durable >= offset ? 1 : 0, this.#slaves.countDurable(offset)] as const;
    };
    if (!client.mayWait) return look(this.#written.get(client) ?? 0);
    const offset = await this.#writtenBy(client);
    this.#logFeed.hurry(true);
    try {
      return await this.#acknowledgements.wait({
        look: () => look(offset),
        isEnough: ([local, slaves]) => local >= here && slaves >= count,
        timeoutMs,
        onCancel: (cancel) => client.onUnblock(cancel),
      });
    } finally {
      this.#logFeed.hurry(false);
    }
  }

  /** The log's end when the client had written last, in bytes; resolves when its turn has ended. */
  async #writtenBy(client: Client): Promise<number> {
    if (client.hasWritten) {
      client.hasWritten = false;
      await new Promise<void>((resolve) => this.#host.afterTurn(resolve));
      this.#written.set(client, this.#host.keyspace.history.offset);
    }
    return this.#written.get(client) ?? 0;
  }
}
