/** Prefixes of keys that clients are told of, read by them or not: BCAST. And which such keys the present turn has changed. */

/** A prefix, who is told of its keys, and what has changed. */
export interface Broadcast<C> {
  readonly clients: ReadonlySet<C>;
  /** Keys in the order of their bytes, each with the client that has changed it last; null: none, or a script. */
  readonly changes: readonly (readonly [name: string, by: unknown])[];
}

interface Prefix<C> {
  readonly clients: Set<C>;
  readonly changes: Map<string, unknown>;
}

/** Names are latin1, so that their order is that of their bytes. */
function inOrder(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

export class BroadcastPrefixes<C> {
  readonly #prefixes = new Map<string, Prefix<C>>();
  #hasChanges = false;

  /** How many there are. */
  get size(): number {
    return this.#prefixes.size;
  }

  join(prefix: string, client: C): void {
    let joined = this.#prefixes.get(prefix);
    if (joined === undefined) {
      joined = { clients: new Set(), changes: new Map() };
      this.#prefixes.set(prefix, joined);
    }
    joined.clients.add(client);
  }

  leave(prefix: string, client: C): void {
    const left = this.#prefixes.get(prefix);
    if (left?.clients.delete(client) && left.clients.size === 0) this.#prefixes.delete(prefix);
  }

  /** A key has changed. */
  changed(name: string, by: unknown): void {
    for (const [prefix, { changes }] of this.#prefixes) {
      if (!name.startsWith(prefix)) continue;
      changes.set(name, by);
      this.#hasChanges = true;
    }
  }

  /** What has changed since this was asked last, in the order of the prefixes' bytes. */
  take(): Broadcast<C>[] {
    if (!this.#hasChanges) return [];
    this.#hasChanges = false;
    return [...this.#prefixes]
      .filter(([, { changes }]) => changes.size > 0)
      .sort(inOrder)
      .map(([, { clients, changes }]) => {
        const sorted = [...changes].sort(inOrder);
        changes.clear();
        return { clients, changes: sorted };
      });
  }
}
