/**
 * The only source of time, so that tests can replace it (test/support/fake-clock.ts).
 * A leaf: everything may import it. Each call costs well under a microsecond.
 */

export interface Clock {
  /** Unix time in whole milliseconds; follows the system clock, so it can step back. */
  nowMs(): number;
  /** Unix time in microseconds; always within the millisecond that the system clock shows. */
  nowUs(): bigint;
  /** Microseconds since some fixed moment, never stepping back: for durations only. */
  monotonicUs(): number;
}

/** What to add to monotonic time to get Unix time, in microseconds. */
let unixOffsetUs = Number.NEGATIVE_INFINITY;

/**
 * The system shows whole milliseconds; the microseconds between them come from the monotonic
 * clock. An estimate outside the millisecond shown proves the offset wrong (first call, drift,
 * a stepped clock), and is replaced by the start of that millisecond.
 */
function unixTimeUs(): bigint {
  const millisecondStartUs = Date.now() * 1000;
  const monotonicUs = Bun.nanoseconds() / 1000;
  const estimateUs = Math.floor(monotonicUs + unixOffsetUs);
  if (estimateUs >= millisecondStartUs && estimateUs < millisecondStartUs + 1000) {
    return BigInt(estimateUs);
  }
  unixOffsetUs = millisecondStartUs - monotonicUs;
  return BigInt(millisecondStartUs);
}

export const clock: Clock = {
  nowMs: () => Date.now(),
  nowUs: unixTimeUs,
  monotonicUs: () => Bun.nanoseconds() / 1000,
};
