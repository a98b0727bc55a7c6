/** Keyspaces that repeat one another, as slaves do, without a wire between them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { logFilePath } from "../../src/binlog/log-files.ts";
import type { LogPosition } from "../../src/binlog/position.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import type { KeyspaceOptions } from "../../src/keyspace/keyspace-options.ts";
import { DirectoryBuilder } from "../../src/keyspace/snapshots/directory-builder.ts";
import type { Snapshot } from "../../src/keyspace/snapshots/snapshot.ts";
import { log } from "../../src/log.ts";
import { type TemporaryDirectory, temporaryDirectory } from "./temporary-directory.ts";
import { openTestKeyspace, Rows } from "./test-keyspace.ts";

/** Builds a copy of a snapshot; the next open of `directory` finds it. */
export async function buildFrom(snapshot: Snapshot, directory: string): Promise<DirectoryBuilder> {
  const builder = await DirectoryBuilder.create(directory, snapshot.head);
  let cursor: Uint8Array | null = null;
  do {
    const { block, next } = await snapshot.read(cursor);
    await builder.add(block);
    cursor = next;
  } while (cursor !== null);
  await builder.finish();
  return builder;
}

/**
 * Has `slave` read what `master` has.
 *
 * @returns true when it is at the master's end, false when it cannot go on from where it is
 */
export async function catchUp(
  master: Keyspace,
  slave: Keyspace,
  bytesMax = 4096,
): Promise<boolean> {
  let at: LogPosition = slave.history.position;
  let historyId: Uint8Array | null = slave.history.id;
  for (;;) {
    const stretch = await master.history.read(at, historyId, bytesMax);
    if (stretch.kind === "gone") return false;
    if (stretch.kind === "end") return true;
    if (stretch.bytes.length > 0) slave.applyTurns(at, stretch.bytes);
    at = stretch.next;
    historyId = at.offset === 0 ? null : slave.history.id;
  }
}

/** Writes one turn with a key of this name. */
export function write(keyspace: Keyspace, key: string, text = key): void {
  new Rows(keyspace).set(key, text);
  keyspace.endTurn();
}

export function read(keyspace: Keyspace, key: string): string | null {
  return new Rows(keyspace).get(key);
}

/** Several keyspaces with a name each; quiet, and closed at the end. */
export class TestServers {
  readonly #directory: TemporaryDirectory = temporaryDirectory();
  readonly #open = new Set<Keyspace>();
  readonly #sink = log.sink;

  constructor() {
    log.sink = () => {};
  }

  pathOf(name: string): string {
    return join(this.#directory.path, name);
  }

  /** Content of a log file. */
  logBytes(name: string, file: number): Buffer {
    return readFileSync(logFilePath(join(this.pathOf(name), "bin_log"), file));
  }

  async start(name: string, options: Partial<KeyspaceOptions> = {}): Promise<Keyspace> {
    const keyspace = await openTestKeyspace(this.pathOf(name), { logFilesMax: 100, ...options });
    this.#open.add(keyspace);
    return keyspace;
  }

  async stop(keyspace: Keyspace, flush = true): Promise<void> {
    this.#open.delete(keyspace);
    await keyspace.close(flush);
  }

  /** A slave that has copied `master` and stands at its end. */
  async startSlave(master: Keyspace, name: string): Promise<Keyspace> {
    const snapshot = await master.snapshot();
    await buildFrom(snapshot, this.pathOf(name));
    await snapshot.close();
    const slave = await this.start(name);
    slave.follow();
    if (!(await catchUp(master, slave))) throw new Error("the slave cannot go on");
    return slave;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const keyspace of this.#open) await keyspace.close();
    this.#directory[Symbol.dispose]();
    log.sink = this.#sink;
  }
}
