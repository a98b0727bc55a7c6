/**
 * The replies of one EXEC, as one array. They are written as they come, because a reply may be a view of what the
 * next command changes. From the first that comes later on they are kept aside until all are there.
 */
import type { Ledis } from "../database/ledis.ts";
import { CommandError, StorageError } from "../errors.ts";
import { Encoded, type Reply, WRITTEN } from "../resp/reply.ts";
import { type Protocol, ReplyWriter } from "../resp/reply-writer.ts";
import type { TurnOutput } from "./turn-output.ts";

/** Most bytes of replies where the configuration sets no limit. */
const BYTES_MAX = 1 << 30;

/** What is needed of the server. */
export interface ExecutionHost {
  readonly ledis: Pick<Ledis, "committed">;
  readonly output: TurnOutput;
}

/** What is needed of the connection. */
export interface ExecutionClient {
  readonly protocol: Protocol;
  /** Wants no replies. */
  readonly isSilent: boolean;
  readonly outputLimit: { readonly hardBytes: number };
  kill(): void;
}

/** A reply that comes later, and where in what is kept aside it belongs. */
interface Gap {
  readonly at: number;
  readonly reply: Promise<Reply>;
}

export class Execution {
  readonly #host: ExecutionHost;
  readonly #client: ExecutionClient;
  readonly #gaps: Gap[] = [];
  readonly #sizeMax: number;
  /** Where replies are written: the turn's output, later what is kept aside. */
  #writer: ReplyWriter;
  #isFull = false;
  /** It wanted replies when EXEC began, whatever commands in it have said since. */
  readonly #isAnswered: boolean;

  /** @param count how many replies there will be */
  constructor(host: ExecutionHost, client: ExecutionClient, count: number) {
    this.#host = host;
    this.#client = client;
    this.#writer = host.output.writer;
    this.#sizeMax = this.#writer.size + (client.outputLimit.hardBytes || BYTES_MAX);
    this.#isAnswered = !client.isSilent;
    if (this.#isAnswered) this.#writer.arrayHeader(count);
  }

  /** The next reply. */
  add(reply: Reply | Promise<Reply>): void {
    if (this.#isFull) return;
    if (reply instanceof Promise) this.#addGap(reply);
    else if (!this.#client.isSilent) this.#writer.write(reply, this.#client.protocol);
    if (this.#writer.size > this.#sizeMax) {
      // More than it may leave unread: as with any such client, nothing of it helps.
      this.#isFull = true;
      this.#client.kill();
    }
  }

  /** All replies were added; answers nothing, or what is left of them later. */
  end(): Reply | Promise<Reply> {
    if (this.#gaps.length > 0) return this.#fill();
    if (this.#isAnswered) this.#host.output.countReply();
    return WRITTEN;
  }

  #addGap(reply: Promise<Reply>): void {
    if (this.#gaps.length === 0) this.#writer = new ReplyWriter();
    this.#gaps.push({ at: this.#writer.length, reply });
  }

  /** @throws {CommandError} the turn failed, and with it everything */
  async #fill(): Promise<Reply> {
    const committed = this.#host.ledis.committed().catch((error: unknown) => {
      const reason = error instanceof StorageError ? error.message : String(error);
      throw new CommandError(`MISCONF Errors writing to the binlog: ${reason}`);
    });
    const [, ...replies] = await Promise.all([committed, ...this.#gaps.map(({ reply }) => reply)]);
    const kept = this.#writer;
    const writer = new ReplyWriter();
    let from = 0;
    for (const [index, { at }] of this.#gaps.entries()) {
      writer.appendCopies(kept.slices(from, at));
      if (!this.#client.isSilent) writer.write(replies[index]!, this.#client.protocol);
      from = at;
    }
    writer.appendCopies(kept.slices(from, kept.length));
    return new Encoded(writer.slices(0, writer.length));
  }
}
