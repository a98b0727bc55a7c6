import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { WorkerReply, WorkerRequest } from "../../../src/keyspace/flush/flush-protocol.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";
import {
  keyRowValue,
  rawKey,
  sourceOf,
  stringKey,
  TestGeneration,
} from "../../support/test-rows.ts";
import { historyId } from "../../support/test-sqlite.ts";

/** The worker itself, with its messages as they are. */
class RawWorker {
  readonly #worker = new Worker(
    new URL("../../../src/keyspace/flush/flush-worker.ts", import.meta.url).href,
  );
  readonly replies: WorkerReply[] = [];

  constructor() {
    this.#worker.onmessage = (event: MessageEvent<WorkerReply>) => this.replies.push(event.data);
  }

  /** Sends requests at once and answers the replies that came for them. */
  async ask(count: number, ...requests: readonly WorkerRequest[]): Promise<WorkerReply[]> {
    for (const request of requests) this.#worker.postMessage(request);
    while (this.replies.length < count) await Bun.sleep(2);
    return this.replies.splice(0);
  }

  end(): void {
    this.#worker.terminate();
  }
}

function open(directory: TemporaryDirectory): WorkerRequest {
  const path = join(directory.path, "ledis.db");
  return { kind: "open", sqlite: { path, pageBytes: 4096, cacheBytes: 1 << 20, mmapBytes: 0 } };
}

function flush(rows: TestGeneration, offset: number): WorkerRequest {
  const { generation } = rows;
  return {
    kind: "flush",
    generations: [sourceOf(generation)],
    position: { file: 1, offset },
    historyId,
    logFiles: [],
  };
}

test("every request is answered once, in order; checkpoints and durable positions come in between", async () => {
  using directory = temporaryDirectory();
  const worker = new RawWorker();
  const rows = new TestGeneration();
  rows.put(stringKey("k"), keyRowValue("v"));
  const replies = await worker.ask(
    7,
    open(directory),
    flush(rows, 77),
    { kind: "checkpoint" },
    { kind: "close" },
  );
  expect(replies.map((reply) => reply.kind)).toEqual([
    "done",
    "flushed",
    "checkpoint",
    "checkpoint",
    "durable",
    "done",
    "done",
  ]);
  expect(replies[4]).toEqual({ kind: "durable", position: { file: 1, offset: 77 } });
  worker.end();
});

test("what fails is answered with the reason", async () => {
  using directory = temporaryDirectory();
  const worker = new RawWorker();
  await worker.ask(1, open(directory));
  const rows = new TestGeneration();
  rows.put(rawKey("c0000000"), "v");
  const [flushed] = await worker.ask(1, flush(rows, 77));
  expect(flushed).toEqual({ kind: "failed", message: "the log holds a row of unknown kind 99" });
  await worker.ask(1, { kind: "close" });
  worker.end();
});

test("a reader that holds on to its past does not keep anything from becoming durable", async () => {
  using directory = temporaryDirectory();
  const worker = new RawWorker();
  await worker.ask(1, open(directory));
  const reader = new Database(join(directory.path, "ledis.db"), { readonly: true });
  reader.run("BEGIN");
  reader.query("SELECT count(*) FROM keys").get();
  const rows = new TestGeneration();
  rows.put(stringKey("k"), keyRowValue("v"));
  const replies = await worker.ask(5, flush(rows, 77), { kind: "checkpoint" });
  const [flushed, ...rest] = replies;
  expect(flushed!.kind).toBe("flushed");
  expect(rest).toEqual([
    { kind: "checkpoint", isRunning: true },
    { kind: "checkpoint", isRunning: false },
    { kind: "durable", position: { file: 1, offset: 77 } },
    { kind: "done" },
  ]);
  reader.close();
  await worker.ask(1, { kind: "close" });
  worker.end();
});

test("garbage of flushed rows is removed while nothing else is to do", async () => {
  using directory = temporaryDirectory();
  const worker = new RawWorker();
  await worker.ask(1, open(directory));
  const rows = new TestGeneration();
  rows.put(stringKey("k"), keyRowValue("", 0, 5), 5);
  rows.delete(stringKey("k"));
  await worker.ask(1, flush(rows, 77));
  const db = new Database(join(directory.path, "ledis.db"), { readonly: true });
  const garbage = db.query<{ n: number }, []>("SELECT count(*) AS n FROM garbage");
  while (garbage.get()!.n > 0) await Bun.sleep(2);
  db.close();
  await worker.ask(1, { kind: "close" });
  worker.end();
});
