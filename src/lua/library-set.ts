/** Libraries of functions, and which function has a name. Sets are never changed: others are made of them. */
import type { Bytes } from "../bytes/bytes.ts";
import { CommandError } from "../errors.ts";

export interface LibraryFunction {
  readonly name: string;
  /** null: none. */
  readonly description: Bytes | null;
  readonly flags: ReadonlySet<string>;
  readonly library: Library;
}

export interface Library {
  readonly name: string;
  /** All of it, its first line too. */
  readonly code: Bytes;
  /** In the order in which they were registered. */
  readonly functions: readonly LibraryFunction[];
}

export class LibrarySet {
  readonly #libraries: ReadonlyMap<string, Library>;
  /** By their names in lower case. */
  readonly #functions: ReadonlyMap<string, LibraryFunction>;

  private constructor(
    libraries: ReadonlyMap<string, Library>,
    functions: ReadonlyMap<string, LibraryFunction>,
  ) {
    this.#libraries = libraries;
    this.#functions = functions;
  }

  static readonly empty = new LibrarySet(new Map(), new Map());

  /** How many libraries there are. */
  get size(): number {
    return this.#libraries.size;
  }

  get functionCount(): number {
    return this.#all().reduce((sum, { functions }) => sum + functions.length, 0);
  }

  /** Bytes of their code. */
  get bytes(): number {
    return this.#all().reduce((sum, { code }) => sum + code.length, 0);
  }

  get(name: string): Library | undefined {
    return this.#libraries.get(name);
  }

  /** The function of this name, in any case. */
  find(name: string): LibraryFunction | undefined {
    return this.#functions.get(name.toLowerCase());
  }

  /** In the order of their names. */
  [Symbol.iterator](): Iterator<Library> {
    return this.#all()
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .values();
  }

  /** With another library, in the place of one of the same name. @throws {CommandError} another has such a function */
  with(library: Library): LibrarySet {
    const others = this.without(library.name);
    for (const { name } of library.functions) {
      if (others.find(name) !== undefined) {
        throw new CommandError(`ERR Function ${name} already exists`);
      }
    }
    const functions = new Map(others.#functions);
    for (const each of library.functions) {
      const name = each.name.toLowerCase();
      // Two names that differ in case alone may be in one library: the first is called, as in Redis.
      if (!functions.has(name)) functions.set(name, each);
    }
    return new LibrarySet(new Map(others.#libraries).set(library.name, library), functions);
  }

  without(name: string): LibrarySet {
    if (!this.#libraries.has(name)) return this;
    const libraries = new Map(this.#libraries);
    libraries.delete(name);
    const functions = [...this.#functions].filter(([, { library }]) => library.name !== name);
    return new LibrarySet(libraries, new Map(functions));
  }

  #all(): Library[] {
    return [...this.#libraries.values()];
  }
}
