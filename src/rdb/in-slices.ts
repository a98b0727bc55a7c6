/** Work on a value that may be long, with pauses in which others can go on. */

/** Elements between two pauses. */
const SLICE_ELEMENTS = 512;

/** Work that pauses now and then; of storing, what is stored so far can be seen then. Its end answers T. */
export type Slices<T = void> = Generator<undefined, T, undefined>;

/** Whether work that goes on one by one is to pause behind so many elements. */
export function endsSlice(count: number): boolean {
  return count % SLICE_ELEMENTS === 0;
}

/** Does all of the work without a pause. */
export function atOnce<T>(work: Slices<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value as T;
  }
}
