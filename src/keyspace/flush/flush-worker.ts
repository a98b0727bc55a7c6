/**
 * Entry point of the flush worker: SQLite's only writer. It applies frozen generations, runs checkpoints,
 * and uses the time between them to remove garbage.
 */

import type { Database } from "bun:sqlite";
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import type { LogPosition } from "../../binlog/position.ts";
import { messageOf } from "../../errors.ts";
import { openForWriting } from "../sqlite/schema.ts";
import { Applier } from "./applier.ts";
import { Checkpointer } from "./checkpointer.ts";
import type { FlushRequest, OpenRequest, WorkerReply, WorkerRequest } from "./flush-protocol.ts";
import { SharedRows } from "./frozen-rows.ts";
import { GarbageCollector } from "./garbage-collector.ts";

declare const self: Worker;

/** A tenth of the time that a command's thread gets where both want the same core: no less, or writes would wait for it. */
const NICENESS = 10;
/** Rows of a flush that are worth a garbage collection behind it. */
const COLLECT_ROWS_MIN = 10_000;
/** Idle time after which everything applied is made durable, in ms. */
const IDLE_CHECKPOINT_MS = 5000;
/** Pause between two slices of garbage, so that they take a fraction of the disk, in ms. */
const GARBAGE_PAUSE_MS = 5;
/** Pause after a slice that failed, in ms. */
const GARBAGE_RETRY_MS = 1000;

class FlushWorker {
  readonly #db: Database;
  readonly #applier: Applier;
  readonly #checkpointer: Checkpointer;
  readonly #collector: GarbageCollector;
  #applied: LogPosition | null = null;
  #garbageTimer: ReturnType<typeof setTimeout> | null = null;
  #idleTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(request: OpenRequest) {
    this.#db = openForWriting(request.sqlite);
    this.#applier = new Applier(this.#db);
    this.#checkpointer = new Checkpointer(this.#db, request.sqlite.path);
    this.#collector = new GarbageCollector(this.#db);
    this.#applied = this.#db.query<LogPosition, []>("SELECT file, offset FROM applied").get();
    this.#collectLater(GARBAGE_PAUSE_MS);
  }

  flush(request: FlushRequest): WorkerReply {
    const start = performance.now();
    const { generations, position, historyId, logFiles } = request;
    const rows = new SharedRows(generations);
    this.#applier.apply(rows, position, historyId, logFiles);
    this.#applied = request.position;
    const milliseconds = performance.now() - start;
    if (this.#checkpointer.isDue) setTimeout(() => this.#quietly(() => this.checkpoint()), 0);
    this.#checkpointWhenIdle();
    this.#collectLater(GARBAGE_PAUSE_MS);
    return { kind: "flushed", rows: rows.rowCount, milliseconds };
  }

  /** Makes everything applied durable and says so. @throws when the disk prevents it */
  checkpoint(): void {
    const position = this.#applied;
    this.#tellOfCheckpoint(true);
    try {
      this.#checkpointer.run();
    } finally {
      this.#tellOfCheckpoint(false);
    }
    if (position === null) return;
    self.postMessage({ kind: "durable", position } satisfies WorkerReply);
  }

  close(): void {
    if (this.#garbageTimer !== null) clearTimeout(this.#garbageTimer);
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#db.close();
  }

  #tellOfCheckpoint(isRunning: boolean): void {
    self.postMessage({ kind: "checkpoint", isRunning } satisfies WorkerReply);
  }

  #checkpointWhenIdle(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      this.#idleTimer = null;
      this.#quietly(() => this.checkpoint());
    }, IDLE_CHECKPOINT_MS);
  }

  #collectLater(milliseconds: number): void {
    if (this.#garbageTimer !== null) return;
    this.#garbageTimer = setTimeout(() => {
      this.#garbageTimer = null;
      let more = false;
      const ok = this.#quietly(() => {
        more = this.#collector.slice();
      });
      if (!ok) this.#collectLater(GARBAGE_RETRY_MS);
      else if (more) this.#collectLater(GARBAGE_PAUSE_MS);
    }, milliseconds);
  }

  /** Background work may fail on a full disk; it is done after the next flush, and nobody waits for it. */
  #quietly(work: () => void): boolean {
    try {
      work();
      return true;
    } catch {
      return false;
    }
  }
}

/** On Linux a thread can be niced by its own id: commands come first when cores are few. */
function yieldToCommands(): void {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    if (thread !== process.pid) setPriority(thread, NICENESS);
  } catch {}
}

let worker: FlushWorker | null = null;

function handle(request: WorkerRequest): WorkerReply {
  switch (request.kind) {
    case "open":
      yieldToCommands();
      worker = new FlushWorker(request);
      return { kind: "done" };
    case "flush":
      return worker!.flush(request);
    case "checkpoint":
      worker!.checkpoint();
      return { kind: "done" };
    case "close":
      worker!.close();
      return { kind: "done" };
  }
}

self.onmessage = (event: MessageEvent<WorkerRequest>) => {
  let reply: WorkerReply;
  try {
    reply = handle(event.data);
  } catch (error) {
    reply = { kind: "failed", message: messageOf(error) };
  }
  self.postMessage(reply);
  // This thread's references keep the memory of generations that the main thread has let go of.
  if (reply.kind === "flushed" && reply.rows >= COLLECT_ROWS_MIN) Bun.gc(true);
};
