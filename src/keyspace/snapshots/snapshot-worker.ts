/** Entry point of the snapshot worker: see Snapshot. */
import type { Bytes } from "../../bytes/bytes.ts";
import type { SqliteOptions } from "../sqlite/schema.ts";
import { SnapshotSource } from "./snapshot-source.ts";
import { answerCalls } from "./worker-calls.ts";

declare const self: Worker;

export type SnapshotRequest =
  | { readonly kind: "open"; readonly sqlite: SqliteOptions }
  | { readonly kind: "read"; readonly cursor: Bytes | null }
  | { readonly kind: "close" };

let source: SnapshotSource | null = null;

answerCalls(self, (request: SnapshotRequest) => {
  if (request.kind === "open") {
    source = new SnapshotSource(request.sqlite);
    return source.position;
  }
  if (request.kind === "read") return source!.read(request.cursor);
  source?.close();
  return null;
});
