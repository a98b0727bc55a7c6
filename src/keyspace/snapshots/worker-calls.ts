/** Requests to a worker thread, answered one by one and in order, as promises. */
import { messageOf, StorageError } from "../../errors.ts";

/** What a worker answers to a request. */
export type Answered<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly message: string };

interface Waiting {
  resolve(result: never): void;
  reject(error: StorageError): void;
}

export class WorkerCalls<Request> {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: StorageError | null = null;

  /** @param name what the worker is, for messages */
  constructor(worker: Worker, name: string) {
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<Answered<never>>) => this.#take(event.data);
    worker.onerror = (event) => this.#fail(`${name} stopped: ${event.message}`);
    worker.addEventListener("close", () => this.#fail(`${name} stopped`));
  }

  /** @throws {StorageError} the request failed, or the worker has ended */
  ask<Result>(request: Request): Promise<Result> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  /** Ends the worker; what it has not answered fails. */
  end(): void {
    this.#fail("it was ended");
    this.#worker.terminate();
  }

  #take(answer: Answered<never>): void {
    const waiting = this.#waiting.shift();
    if (answer.ok) waiting?.resolve(answer.result);
    else waiting?.reject(new StorageError(answer.message));
  }

  #fail(message: string): void {
    this.#failure ??= new StorageError(message);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure);
  }
}

/** In the worker: answers each request with what `handle` returns or throws. */
export function answerCalls<Request>(worker: Worker, handle: (request: Request) => unknown): void {
  worker.onmessage = (event: MessageEvent<Request>) => {
    let answer: Answered<unknown>;
    try {
      answer = { ok: true, result: handle(event.data) };
    } catch (error) {
      answer = { ok: false, message: messageOf(error) };
    }
    worker.postMessage(answer);
  };
}
