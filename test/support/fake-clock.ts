/** Time that only moves when a test says so. */

import { clock } from "../../src/clock.ts";

export interface FakeClock extends Disposable {
  /** Moves every reading of the clock forward (or, if negative, Unix time back). */
  advance(ms: number): void;
  /** Sets Unix time, in milliseconds. */
  set(ms: number): void;
}

/**
 * Freezes `clock` at a moment until the result is disposed: `using time = useFakeClock();`.
 *
 * @param startMs Unix time in milliseconds
 */
export function useFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  const real = { ...clock };
  let unixMs = startMs;
  let monotonicMs = 0;
  clock.nowMs = () => Math.floor(unixMs);
  clock.nowUs = () => BigInt(Math.floor(unixMs * 1000));
  clock.monotonicUs = () => monotonicMs * 1000;
  return {
    advance(ms) {
      unixMs += ms;
      monotonicMs += Math.max(ms, 0);
    },
    set(ms) {
      unixMs = ms;
    },
    [Symbol.dispose]() {
      Object.assign(clock, real);
    },
  };
}
