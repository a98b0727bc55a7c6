/** How often each latency was seen, in steps of 8 µs up to 3 seconds: bounded memory, constant cost. */

/** Width of a step; redis-benchmark's. */
const STEP_US = 8;
const STEPS = Math.ceil(3_000_000 / STEP_US);

/** So many requests, `count`, took at most `atMostUs`. */
export interface CumulativeCount {
  /** 0..100. */
  readonly percentile: number;
  readonly atMostUs: number;
  readonly count: number;
}

export class LatencyHistogram {
  readonly #counts = new Uint32Array(STEPS);
  #highest = 0;
  #lowest = STEPS;
  #sumUs = 0;
  /** Requests that were recorded. */
  total = 0;

  /** Records that `count` requests took so long; more than 3 seconds count as 3 seconds. */
  record(latencyUs: number, count: number): void {
    const step = Math.min(STEPS - 1, Math.max(0, Math.floor(latencyUs / STEP_US)));
    this.#counts[step]! += count;
    if (step > this.#highest) this.#highest = step;
    if (step < this.#lowest) this.#lowest = step;
    this.#sumUs += latencyUs * count;
    this.total += count;
  }

  /** In µs; 0 when nothing was recorded, as the others. */
  get average(): number {
    return this.total === 0 ? 0 : this.#sumUs / this.total;
  }

  get min(): number {
    return this.total === 0 ? 0 : this.#lowest * STEP_US;
  }

  get max(): number {
    return this.total === 0 ? 0 : endOf(this.#highest);
  }

  /** What this many percent of the requests took at most, in µs. */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.total));
    let count = 0;
    for (let step = this.#lowest; step <= this.#highest; step++) {
      count += this.#counts[step]!;
      if (count >= wanted) return endOf(step);
    }
    return this.max;
  }

  /** 0 %, 50 %, 75 %, 87.5 % ... : each halves what is left, until nothing is; then 100 %. */
  byPercentile(): CumulativeCount[] {
    const rows: CumulativeCount[] = [];
    let percentile = 0;
    let count = 0;
    for (let step = this.#lowest; step <= this.#highest; step++) {
      count += this.#counts[step]!;
      if (this.#counts[step] === 0) continue;
      while (percentile <= (100 * count) / this.total) {
        rows.push({ percentile, atMostUs: endOf(step), count });
        if (count === this.total) break;
        percentile += (100 - percentile) / 2;
      }
    }
    if (this.total > 0) rows.push({ percentile: 100, atMostUs: this.max, count });
    return rows;
  }

  /** At each tenth of a millisecond up to 2 ms, then at each whole one, where the count has changed. */
  byTime(): CumulativeCount[] {
    const rows: CumulativeCount[] = [];
    let count = 0;
    let step = 0;
    for (let levelUs = 100; count < this.total; levelUs += levelUs > 2000 ? 1000 : 100) {
      const before = count;
      for (; step <= Math.floor(levelUs / STEP_US); step++) count += this.#counts[step] ?? 0;
      if (rows.length > 0 && count === before) continue;
      const atMostUs = endOf(Math.floor(levelUs / STEP_US));
      rows.push({ percentile: (100 * count) / this.total, atMostUs, count });
    }
    return rows;
  }
}

/** The last µs of a step. */
function endOf(step: number): number {
  return step * STEP_US + STEP_US - 1;
}
