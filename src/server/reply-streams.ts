/** Long replies take turns: half a millisecond in each iteration of the event loop, for all of them. */
import { clock } from "../clock.ts";
import { ReplyWriter } from "../resp/reply-writer.ts";

/** How long one slice may take, in µs. */
const SLICE_US = 500;

/** A reply that is sent piece by piece. */
export interface SlicedReply {
  /** Goes on until the time; true if it can go on again at once. */
  piece(writer: ReplyWriter, deadlineUs: number): boolean;
}

export class ReplyStreams {
  readonly #isReady: () => boolean;
  readonly #writer = new ReplyWriter();
  #ready: SlicedReply[] = [];
  #scheduled = false;

  /** @param isReady false when nothing may be read any more */
  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }

  /** Has the reply go on until its client has to be waited for. */
  add(stream: SlicedReply): void {
    this.#ready.push(stream);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#slice());
  }

  #slice(): void {
    this.#scheduled = false;
    if (!this.#isReady()) return;
    const deadlineUs = clock.monotonicUs() + SLICE_US;
    do {
      const stream = this.#ready.shift();
      if (stream === undefined) return;
      if (stream.piece(this.#writer, deadlineUs)) this.#ready.push(stream);
    } while (clock.monotonicUs() < deadlineUs);
    if (this.#ready.length > 0) this.#schedule();
  }
}
