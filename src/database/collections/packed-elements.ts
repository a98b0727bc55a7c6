/** Elements of a collection packed into two buffers, in no order: to draw from. Memory is known to the byte. */
import type { Bytes } from "../../bytes/bytes.ts";

export class PackedElements {
  #bytes = new Uint8Array(1024);
  #end = 0;
  /** Start and end of each element in the bytes. */
  #bounds = new Int32Array(128);
  count = 0;

  /** Memory that elements take, those removed included. */
  get memoryBytes(): number {
    return this.#bytes.length + this.#bounds.byteLength;
  }

  add(element: Bytes): void {
    const end = this.#end + element.length;
    if (end > this.#bytes.length) this.#growBytes(end);
    if (this.count * 2 === this.#bounds.length) this.#growBounds();
    this.#bytes.set(element, this.#end);
    this.#bounds[this.count * 2] = this.#end;
    this.#bounds[this.count * 2 + 1] = end;
    this.#end = end;
    this.count++;
  }

  /** Element number `at` in [0, count), copied. */
  at(at: number): Bytes {
    return this.#bytes.slice(this.#bounds[at * 2], this.#bounds[at * 2 + 1]);
  }

  /** Element number `at` in [0, count), as a view until the next one is added. */
  view(at: number): Bytes {
    return this.#bytes.subarray(this.#bounds[at * 2], this.#bounds[at * 2 + 1]);
  }

  /** Removes element number `at`; the last one takes its number. */
  remove(at: number): void {
    this.count--;
    this.#bounds[at * 2] = this.#bounds[this.count * 2]!;
    this.#bounds[at * 2 + 1] = this.#bounds[this.count * 2 + 1]!;
  }

  #growBytes(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  #growBounds(): void {
    const grown = new Int32Array(this.#bounds.length * 2);
    grown.set(this.#bounds);
    this.#bounds = grown;
  }
}
