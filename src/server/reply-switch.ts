/** Whether a client's requests are answered: CLIENT REPLY. */
import type { ReplyMode } from "../commands/client.ts";

/** CLIENT REPLY SKIP silences itself and the command behind it. */
type State = "on" | "off" | "skip this and next" | "skip this";

export class ReplySwitch {
  #state: State = "on";

  set(mode: ReplyMode): void {
    if (mode === "skip") {
      if (this.#state !== "off") this.#state = "skip this and next";
    } else if (mode === "reset") {
      if (this.#state !== "skip this") this.#state = "on";
    } else {
      this.#state = mode;
    }
  }

  /** Whether the request that has just run is answered; call once for each. */
  takes(): boolean {
    if (this.#state === "on") return true;
    if (this.#state === "skip this and next") this.#state = "skip this";
    else if (this.#state === "skip this") this.#state = "on";
    return false;
  }

  /** True when the request that runs now is not answered. */
  get isSilent(): boolean {
    return this.#state === "off" || this.#state === "skip this";
  }
}
