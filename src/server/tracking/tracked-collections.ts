/**
 * Which keys hold the collections that clients have read: for slaves, where elements of a collection may change without its key
 * row, and come by the collection's number.
 */

/** Entries looked at for each that is noted: more than one, so that old ones leave faster than new ones come. */
const LOOKS_PER_NOTE = 2;

export class TrackedCollections {
  /** A collection has one key at a time: the last one that was read counts. */
  readonly #names = new Map<number, string>();
  #looked = this.#names.keys();
  readonly #isTracked: (name: string) => boolean;

  /** @param isTracked whether a key was read by anybody since it has changed: others are forgotten */
  constructor(isTracked: (name: string) => boolean) {
    this.#isTracked = isTracked;
  }

  get size(): number {
    return this.#names.size;
  }

  /** A client has read this key, which holds this collection. */
  note(id: number, name: string): void {
    this.#names.set(id, name);
    for (let i = 0; i < LOOKS_PER_NOTE; i++) {
      const { done, value } = this.#looked.next();
      if (done === true) {
        this.#looked = this.#names.keys();
        return;
      }
      if (!this.#isTracked(this.#names.get(value)!)) this.#names.delete(value);
    }
  }

  /** The key that holds the collection; undefined when nobody has read it. Forgets it. */
  take(id: number): string | undefined {
    const name = this.#names.get(id);
    this.#names.delete(id);
    return name;
  }

  clear(): void {
    this.#names.clear();
    this.#looked = this.#names.keys();
  }
}
