/** Entry point of the loader worker: see DirectoryBuilder. */
import type { Bytes } from "../../bytes/bytes.ts";
import { SnapshotLoader } from "./snapshot-loader.ts";
import { answerCalls } from "./worker-calls.ts";

declare const self: Worker;

export type LoaderRequest =
  | {
      readonly kind: "open";
      readonly directory: string;
      readonly head: Bytes;
      readonly pageBytes: number;
    }
  | { readonly kind: "add"; readonly block: Bytes }
  | { readonly kind: "finish" }
  | { readonly kind: "close" };

export interface LoaderProgress {
  /** The end block has come. */
  readonly isComplete: boolean;
  readonly keys: number;
}

let loader: SnapshotLoader | null = null;

answerCalls(self, (request: LoaderRequest): LoaderProgress | null => {
  switch (request.kind) {
    case "open":
      loader = new SnapshotLoader(request.directory, request.head, request.pageBytes);
      return null;
    case "add":
      return { isComplete: loader!.add(request.block), keys: loader!.keys };
    case "finish":
      loader!.finish();
      return null;
    case "close":
      loader?.close();
      return null;
  }
});
