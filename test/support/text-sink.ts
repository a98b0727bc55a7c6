/** A turn's output that is given to nobody but who is in the test. */
import { mapKey } from "../../src/bytes/bytes.ts";
import { type ReplySink, TurnOutput } from "../../src/server/turn-output.ts";

/** Shows what a client would get, in latin1. */
export class TextSink implements ReplySink {
  got = "";

  send(pieces: readonly Uint8Array[]): void {
    this.got += pieces.map(mapKey).join("");
  }

  afterTurn(): void {}
}

/** An output whose turns wait for nothing: `committed` delivers them. */
export function turnOutput(): TurnOutput {
  const at = { file: 1, offset: 0 };
  return new TurnOutput({ position: at, syncedPosition: at }, () => false);
}
