/** Work that is too long for one turn. */

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

async function later<T>(step: () => T | undefined): Promise<T> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const result = step();
    if (result !== undefined) return result;
  }
}
