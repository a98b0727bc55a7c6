/** Work that is too long for one turn. */
import { clock } from "../clock.ts";

/** How long one slice of a generator's work may take, in µs. */
const SLICE_US = 1000;

/**
 * Calls `step` until it answers something other than undefined: once now, then once in each iteration of the
 * event loop, so that other clients are served in between. Views of rows do not hold from one step to the next.
 *
 * @param mayWait false: it all happens at once, as within EXEC
 */
export function inSlices<T>(step: () => T | undefined, mayWait = true): T | Promise<T> {
  let result = step();
  while (result === undefined) {
    if (mayWait) return later(step);
    result = step();
  }
  return result;
}

/**
 * Runs a generator, about a millisecond in each iteration of the event loop, as `inSlices` does; it yields wherever it
 * may be interrupted, and what it returns, which is not undefined, is the answer.
 */
export function runInSlices<T extends NonNullable<unknown> | null>(
  work: Iterator<void, T, void>,
  mayWait = true,
): T | Promise<T> {
  return inSlices<T>(() => {
    const endUs = clock.monotonicUs() + SLICE_US;
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      if (clock.monotonicUs() > endUs) return undefined;
    }
  }, mayWait);
}

async function later<T>(step: () => T | undefined): Promise<T> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const result = step();
    if (result !== undefined) return result;
  }
}
