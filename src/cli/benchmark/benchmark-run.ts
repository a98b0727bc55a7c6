/** One test of `ledis benchmark`: many connections that each send, wait for all replies, and send again. */
import type { Bytes } from "../../bytes/bytes.ts";
import type { Address } from "../../config/address.ts";
import type { ClientTls } from "../../net/connect.ts";
import { ConnectionError, openSocket } from "../client-connection.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { ReplyCounter } from "./reply-counter.ts";
import { RequestBatch } from "./request-batch.ts";

export interface BenchmarkLoad {
  readonly address: Address;
  /** null: without TLS. */
  readonly tls: ClientTls | null;
  readonly clients: number;
  readonly requests: number;
  readonly pipeline: number;
  /** Connections are used again after each batch. */
  readonly keepAlive: boolean;
  /** Of random numbers; null for none. */
  readonly keyspace: number | null;
  /** Sent on every new connection, first, with the number of its replies. */
  readonly greeting: { readonly bytes: Bytes; readonly replies: number };
}

export interface BenchmarkResult {
  readonly requests: number;
  /** Whole milliseconds, at least 1. */
  readonly tookMs: number;
  readonly latencies: LatencyHistogram;
}

/** A server that answers an error; the message is its text. */
export class ServerError extends Error {
  override readonly name = "ServerError";
}

export class BenchmarkRun {
  readonly load: BenchmarkLoad;
  readonly #request: Bytes;
  readonly latencies = new LatencyHistogram();
  readonly #clients: BenchmarkClient[] = [];
  readonly #done = Promise.withResolvers<void>();
  #issued = 0;
  /** Requests that were answered. */
  finished = 0;
  #isOver = false;

  constructor(load: BenchmarkLoad, request: Bytes) {
    this.load = load;
    this.#request = request;
  }

  /** @throws {ConnectionError | ServerError} it cannot go on */
  async run(): Promise<BenchmarkResult> {
    const { clients, pipeline, keyspace, requests } = this.load;
    for (let i = 0; i < clients; i++) {
      const batch = new RequestBatch(this.#request, pipeline, keyspace);
      this.#clients.push(new BenchmarkClient(this, batch));
    }
    try {
      await Promise.all(this.#clients.map((client) => client.open()));
      const start = performance.now();
      for (const client of this.#clients) client.issue();
      await this.#done.promise;
      const tookMs = Math.max(1, Math.round(performance.now() - start));
      return { requests, tookMs, latencies: this.latencies };
    } finally {
      this.#isOver = true;
      for (const client of this.#clients) client.close();
    }
  }

  /** Whether one more batch is to be sent; counts it. */
  claim(): boolean {
    if (this.#isOver || this.#issued >= this.load.requests) return false;
    this.#issued += this.load.pipeline;
    return true;
  }

  /** So many requests were answered, after `latencyUs`. The last batch may go beyond the number wanted. */
  finish(count: number, latencyUs: number): void {
    const counted = Math.min(count, this.load.requests - this.finished);
    if (counted > 0) this.latencies.record(latencyUs, counted);
    this.finished += counted;
    if (this.finished === this.load.requests) this.#done.resolve();
  }

  fail(error: Error): void {
    if (!this.#isOver) this.#done.reject(error);
  }
}

/** One connection. */
class BenchmarkClient {
  readonly #run: BenchmarkRun;
  readonly #batch: RequestBatch;
  #counter = new ReplyCounter();
  #socket: Bun.Socket<undefined> | null = null;
  /** Replies to come. */
  #pending = 0;
  /** Bytes of the batch that the socket has taken. */
  #sent = 0;
  /** When the batch was sent, in ms. */
  #start = 0;
  /** From there to the first byte of a reply; negative before. */
  #latencyUs = -1;
  #greeted: PromiseWithResolvers<void> | null = null;

  constructor(run: BenchmarkRun, batch: RequestBatch) {
    this.#run = run;
    this.#batch = batch;
  }

  /** Connects; resolves when the server has answered the greeting. */
  async open(): Promise<void> {
    const { address, tls, greeting } = this.#run.load;
    this.#counter = new ReplyCounter();
    const lost = new ConnectionError("Server closed the connection");
    const handlers: Bun.SocketHandler<undefined> = {
      data: (from, bytes) => {
        if (from === this.#socket) this.#receive(bytes);
      },
      drain: (to) => {
        if (to === this.#socket) this.#flush();
      },
      close: (from) => {
        if (from === this.#socket) this.#fail(lost);
      },
      error: (from, error) => {
        if (from === this.#socket) this.#fail(error);
      },
    };
    const socket = await openSocket(address, handlers, tls);
    this.#socket = socket;
    if (greeting.replies === 0) return;
    this.#greeted = Promise.withResolvers<void>();
    this.#pending = greeting.replies;
    socket.write(greeting.bytes);
    await this.#greeted.promise;
  }

  /** Sends the batch, unless enough was sent. */
  issue(): void {
    if (!this.#run.claim()) return;
    this.#batch.randomize();
    this.#pending = this.#run.load.pipeline;
    this.#latencyUs = -1;
    this.#sent = 0;
    this.#start = performance.now();
    this.#flush();
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.terminate();
  }

  #flush(): void {
    const { bytes } = this.#batch;
    if (this.#greeted !== null || this.#sent === bytes.length) return;
    this.#sent += this.#socket!.write(this.#sent === 0 ? bytes : bytes.subarray(this.#sent));
  }

  #receive(bytes: Bytes): void {
    if (this.#latencyUs < 0) this.#latencyUs = (performance.now() - this.#start) * 1000;
    const count = this.#counter.take(bytes);
    if (this.#counter.error !== null) {
      this.#fail(new ServerError(this.#counter.error));
      return;
    }
    this.#pending -= count;
    if (this.#greeted === null) this.#run.finish(count, this.#latencyUs);
    if (this.#pending > 0) return;
    if (this.#greeted !== null) {
      this.#greeted.resolve();
      this.#greeted = null;
    } else if (this.#run.load.keepAlive) {
      this.issue();
    } else {
      this.#startAnew();
    }
  }

  /** Goes on with another connection. */
  #startAnew(): void {
    this.close();
    this.open().then(
      () => this.issue(),
      (error) => this.#run.fail(error),
    );
  }

  #fail(error: Error): void {
    this.#greeted?.reject(error);
    this.#run.fail(error);
  }
}
