/** What clients may do, given who leads, how the link is, and how many slaves are there. */
import type { LinkState } from "../commands/replication.ts";
import type { OptionName, OptionValue } from "../config/options.ts";
import { errors } from "../errors.ts";

/** The configuration as far as it matters here. */
export interface GateOptions {
  get<Name extends OptionName>(name: Name): OptionValue<Name>;
}

export class Gate {
  readonly #options: GateOptions;
  /** Why writes are refused; null when they are not. */
  writeRefusal: string | null = null;
  /** Why reads are refused; null when they are not. */
  readRefusal: string | null = null;
  /** Slaves that count for `min-slaves-to-write`; null while that has no effect. */
  goodSlaves: number | null = null;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * @param link null on a master
   * @param countInTouch how many slaves were heard within so many seconds
   */
  judge(link: LinkState | null, countInTouch: (seconds: number) => number): void {
    const wanted = this.#options.get("min-slaves-to-write");
    const lagMax = this.#options.get("min-slaves-max-lag");
    this.goodSlaves = wanted === 0 || lagMax === 0 ? null : countInTouch(lagMax);
    if (link === null) {
      const isShort = this.goodSlaves !== null && this.goodSlaves < wanted;
      this.writeRefusal = isShort ? errors.noReplicas : null;
      this.readRefusal = null;
      return;
    }
    const servesNow = link === "connected" || this.#options.get("slave-serve-stale-data");
    this.writeRefusal = errors.readOnly;
    this.readRefusal = servesNow ? null : errors.masterDown;
  }
}
