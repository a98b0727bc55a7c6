/** A log in memory, as replication sees it: one history, files of whole pieces. */
import type { LogFile } from "../../src/binlog/log-catalog.ts";
import type { LogStretch } from "../../src/binlog/log-reader.ts";
import type { LogPosition } from "../../src/binlog/position.ts";
import { concatBytes, equalBytes } from "../../src/bytes/bytes.ts";
import type { ReadableLog, ReplicatedKeyspace } from "../../src/replication/replicated-log.ts";

export class FakeLog implements ReadableLog {
  readonly id = new Uint8Array(16).fill(1);
  /** Content of file 1, 2 ... */
  readonly contents: Uint8Array[] = [new Uint8Array(40)];
  lowestNeeded: () => number | null = () => null;
  reads = 0;

  get position(): LogPosition {
    return { file: this.contents.length, offset: this.contents.at(-1)!.length };
  }

  get offset(): number {
    return this.contents.reduce((sum, content) => sum + content.length, 0);
  }

  append(bytes: Uint8Array): void {
    this.contents.push(concatBytes(this.contents.pop()!, bytes));
  }

  rotate(): void {
    this.contents.push(new Uint8Array(40));
  }

  offsetOf({ file, offset }: LogPosition): number | null {
    const before = this.contents.slice(0, file - 1);
    if (this.contents[file - 1] === undefined) return null;
    return before.reduce((sum, content) => sum + content.length, offset);
  }

  files(): LogFile[] {
    return this.contents.map((content, index) => ({
      file: index + 1,
      base: this.offsetOf({ file: index + 1, offset: 0 })!,
      historyId: this.id,
      bytes: content.length,
      createdAt: 0,
    }));
  }

  async read(from: LogPosition, historyId: Uint8Array | null): Promise<LogStretch> {
    this.reads++;
    const content = this.contents[from.file - 1];
    const isOther = historyId !== null && !equalBytes(historyId, this.id);
    if (content === undefined || from.offset > content.length || isOther) return { kind: "gone" };
    const isLast = from.file === this.contents.length;
    if (isLast && from.offset === content.length) return { kind: "end" };
    const end = { file: from.file, offset: content.length };
    const next = isLast ? end : { file: from.file + 1, offset: 0 };
    return { kind: "turns", bytes: content.slice(from.offset), next };
  }

  hold(lowestNeeded: () => number | null): void {
    this.lowestNeeded = lowestNeeded;
  }
}

/** A keyspace that only has a log, and takes whatever is applied. */
export class FakeKeyspace implements ReplicatedKeyspace {
  readonly history = new FakeLog();
  hasRoom = true;
  isFollowing = false;
  roomListeners: (() => void)[] = [];
  /** Thrown by `applyTurns`. */
  failure: Error | null = null;

  get syncedPosition(): LogPosition {
    return this.history.position;
  }

  onRoom(listener: () => void): void {
    this.roomListeners.push(listener);
  }

  async synced(): Promise<void> {}

  applyTurns(at: LogPosition, bytes: Uint8Array): void {
    if (this.failure !== null) throw this.failure;
    if (at.offset === 0) this.history.contents.push(bytes.slice());
    else this.history.append(bytes);
  }

  snapshot(): Promise<never> {
    return Promise.reject(new Error("no snapshots here"));
  }
}
