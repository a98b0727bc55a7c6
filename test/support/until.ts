/** Waiting for a condition instead of for a time. */

/** Resolves when the condition holds; the test's timeout ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}
