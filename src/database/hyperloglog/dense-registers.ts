/**
 * The dense encoding of a HyperLogLog's registers: six bits each, one behind the other, the lowest bits of a
 * byte first. On disk and in Redis's dumps.
 */
import { type Bytes, copyBytes } from "../../bytes/bytes.ts";
import { REGISTERS, type Registers } from "./registers.ts";

const REGISTER_BITS = 6;
const REGISTER_MASK = (1 << REGISTER_BITS) - 1;

/** Bytes of all registers. */
export const DENSE_BYTES = (REGISTERS * REGISTER_BITS) / 8;

export class DenseRegisters {
  #bytes: Bytes;
  #isOwn = false;

  /** @param bytes DENSE_BYTES of them; copied before the first change */
  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  /** Packs registers, which have to be below 64. */
  static of(registers: Registers): DenseRegisters {
    const bytes = new Uint8Array(DENSE_BYTES);
    for (let index = 0, at = 0; index < REGISTERS; index += 4, at += 3) {
      const low = registers[index]! | (registers[index + 1]! << 6);
      const high = registers[index + 2]! | (registers[index + 3]! << 6);
      bytes[at] = low;
      bytes[at + 1] = (low >> 8) | (high << 4);
      bytes[at + 2] = high >> 4;
    }
    const packed = new DenseRegisters(bytes);
    packed.#isOwn = true;
    return packed;
  }

  /** The encoded registers; a view. */
  get bytes(): Bytes {
    return this.#bytes;
  }

  /** Sets a register to `rank`, in [0, 63], if it is lower; false otherwise. */
  raise(index: number, rank: number): boolean {
    const at = (index * REGISTER_BITS) >> 3;
    const shift = (index * REGISTER_BITS) & 7;
    // The last register ends with its byte: there is none behind it, and none is needed.
    const pair = this.#bytes[at]! | ((this.#bytes[at + 1] ?? 0) << 8);
    if (((pair >> shift) & REGISTER_MASK) >= rank) return false;
    if (!this.#isOwn) {
      this.#bytes = copyBytes(this.#bytes);
      this.#isOwn = true;
    }
    const changed = (pair & ~(REGISTER_MASK << shift)) | (rank << shift);
    this.#bytes[at] = changed;
    if (shift > 2) this.#bytes[at + 1] = changed >> 8;
    return true;
  }

  /** Raises each of `registers` to what it is here. */
  mergeInto(registers: Registers): void {
    const bytes = this.#bytes;
    for (let index = 0, at = 0; index < REGISTERS; index += 4, at += 3) {
      const group = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
      for (let i = 0, rest = group; i < 4; i++, rest >>= REGISTER_BITS) {
        const rank = rest & REGISTER_MASK;
        if (rank > registers[index + i]!) registers[index + i] = rank;
      }
    }
  }
}
