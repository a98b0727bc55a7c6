/**
 * Which clients may have which keys in their caches. Names alone count, whatever database they are in, as in Redis.
 *
 * A client that goes away leaves its entries behind: each `add` looks at a few others, of its key and of all, and forgets who is
 * gone. So the table does not grow beyond a few times what the clients that are there have read, and nothing takes long.
 */

/** A client that is told of keys that it has read. */
export interface Reader {
  /** It will never be told anything any more. */
  readonly isGone: boolean;
}

/** Keys looked at for each entry that is added, and readers of each: more than one, so that the gone leave faster than others come. */
const LOOKS_PER_ADD = 2;
const READERS_PER_LOOK = 4;
/** A name counts once, and once more for each so many bytes. */
const NAME_BYTES = 256;

function weightOf(name: string): number {
  return 1 + Math.floor(name.length / NAME_BYTES);
}

export class TrackingTable<R extends Reader> {
  /** One reader, as most keys have, costs no set. */
  readonly #readers = new Map<string, R | Set<R>>();
  /** Walks over the keys for ever, after those who are gone. */
  #looked = this.#readers.keys();
  /** Walks over the keys for ever, oldest first, to make room. */
  #oldest = this.#readers.keys();
  /** Pairs of a key and a client. */
  items = 0;
  /** What is to be bounded: the keys, long ones counted several times. */
  weight = 0;

  /** How many keys there are. */
  get size(): number {
    return this.#readers.size;
  }

  has(name: string): boolean {
    return this.#readers.has(name);
  }

  /** Notes that the client has read the key. */
  add(name: string, reader: R): void {
    const known = this.#readers.get(name);
    if (known === reader || (known instanceof Set && known.has(reader))) return;
    if (known === undefined) {
      this.#readers.set(name, reader);
      this.weight += weightOf(name);
    } else if (known instanceof Set) {
      known.add(reader);
      this.#forgetGone(name);
    } else {
      this.#readers.set(name, new Set([known, reader]));
    }
    this.items++;
    this.#forgetSome();
  }

  /** Forgets the key; answers who has read it. */
  take(name: string): Iterable<R> {
    const known = this.#readers.get(name);
    if (known === undefined) return [];
    this.#readers.delete(name);
    this.weight -= weightOf(name);
    const readers = known instanceof Set ? known : [known];
    this.items -= known instanceof Set ? known.size : 1;
    return readers;
  }

  /** The key that is there for longest, or almost; undefined when there is none. */
  oldest(): string | undefined {
    let next = this.#oldest.next();
    if (next.done === true) {
      this.#oldest = this.#readers.keys();
      next = this.#oldest.next();
    }
    return next.done === true ? undefined : next.value;
  }

  clear(): void {
    this.#readers.clear();
    this.#looked = this.#readers.keys();
    this.#oldest = this.#readers.keys();
    this.items = 0;
    this.weight = 0;
  }

  #forgetSome(): void {
    for (let i = 0; i < LOOKS_PER_ADD; i++) {
      const { done, value } = this.#looked.next();
      if (done === true) {
        this.#looked = this.#readers.keys();
        return;
      }
      this.#forgetGone(value);
    }
  }

  #forgetGone(name: string): void {
    const known = this.#readers.get(name);
    if (known instanceof Set) {
      for (let i = Math.min(known.size, READERS_PER_LOOK); i > 0; i--) {
        // Whoever stays goes to the end, so that the next look is at others.
        const reader = known.values().next().value!;
        known.delete(reader);
        if (reader.isGone) this.items--;
        else known.add(reader);
      }
      if (known.size > 0) return;
    } else if (known?.isGone !== true) {
      return;
    }
    this.take(name);
  }
}
