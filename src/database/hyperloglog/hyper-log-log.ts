/**
 * One HyperLogLog, in Redis's form: a string that goes from server to server as it is.
 *
 *     "HYLL" · encoding u8 (0 dense, 1 sparse) · 3 bytes · cardinality u64le · registers
 *
 * The top bit of the cardinality says that it is not that of the registers any more. On disk: never change.
 */
import { type Bytes, copyBytes, equalRange, fromText } from "../../bytes/bytes.ts";
import { CommandError, errors } from "../../errors.ts";
import { readInt64 } from "../../rdb/little-endian.ts";
import { DENSE_BYTES, DenseRegisters } from "./dense-registers.ts";
import { REGISTERS, type Registers } from "./registers.ts";
import { SparseRegisters } from "./sparse-registers.ts";

const MAGIC = fromText("HYLL");
const ENCODING_AT = MAGIC.length;
const CARDINALITY_AT = 8;
const HEADER_BYTES = 16;
/** Where the top bit of the cardinality stands. */
const STALE_AT = HEADER_BYTES - 1;
const STALE_BIT = 0x80;

const DENSE = 0;
const SPARSE = 1;

export class HyperLogLog {
  readonly #header: Bytes;
  #registers: DenseRegisters | SparseRegisters;

  private constructor(header: Bytes, registers: DenseRegisters | SparseRegisters) {
    this.#header = header;
    this.#registers = registers;
  }

  /** One that has seen nothing, sparse. */
  static empty(): HyperLogLog {
    const header = new Uint8Array(HEADER_BYTES);
    header.set(MAGIC);
    header[ENCODING_AT] = SPARSE;
    return new HyperLogLog(header, SparseRegisters.empty());
  }

  /**
   * The one in a string, which is looked at as long as this one lives, but never changed.
   *
   * @throws {CommandError} WRONGTYPE: it is none. What the runs of a sparse one come to is not checked here.
   */
  static of(value: Bytes): HyperLogLog {
    if (!isHyperLogLog(value)) throw new CommandError(errors.notHyperLogLog);
    const header = copyBytes(value.subarray(0, HEADER_BYTES));
    const rest = value.subarray(HEADER_BYTES);
    const isDense = header[ENCODING_AT] === DENSE;
    return new HyperLogLog(header, isDense ? new DenseRegisters(rest) : new SparseRegisters(rest));
  }

  get encoding(): "dense" | "sparse" {
    return this.#registers instanceof DenseRegisters ? "dense" : "sparse";
  }

  /** Bytes of the whole string. */
  get length(): number {
    return HEADER_BYTES + this.#registers.bytes.length;
  }

  /** Writes the whole string to `target[at]`, which may be where it was read. */
  copyTo(target: Bytes, at: number): void {
    const { bytes } = this.#registers;
    target.set(this.#header, at);
    target.set(bytes, at + HEADER_BYTES);
  }

  /** The cardinality that was stored last, null when registers have changed since. */
  get cardinality(): number | bigint | null {
    if ((this.#header[STALE_AT]! & STALE_BIT) !== 0) return null;
    const wide = readInt64(this.#header, CARDINALITY_AT);
    const cardinality = Number(wide);
    return Number.isSafeInteger(cardinality) ? cardinality : wide;
  }

  /** Stores it. A negative one is stored, too, but does not count as one. */
  storeCardinality(cardinality: number | bigint): void {
    const { buffer } = this.#header;
    new DataView(buffer).setBigInt64(CARDINALITY_AT, BigInt(cardinality), true);
  }

  /** Says that the cardinality is to be counted anew. */
  dropCardinality(): void {
    this.#header[STALE_AT] = this.#header[STALE_AT]! | STALE_BIT;
  }

  /**
   * Sets a register to `rank` if it is lower, false otherwise. What is too much for the sparse encoding makes it
   * dense.
   *
   * @param rank in [1, 63]
   * @param sparseBytesMax longest string that may become of a sparse one
   * @throws {CommandError} INVALIDOBJ
   */
  raise(index: number, rank: number, sparseBytesMax: number): boolean {
    if (this.#registers instanceof DenseRegisters) return this.#registers.raise(index, rank);
    const outcome = this.#registers.raise(index, rank, sparseBytesMax - HEADER_BYTES);
    if (outcome === "corrupt") throw new CommandError(errors.corruptHyperLogLog);
    if (outcome !== "full") return outcome === "raised";
    this.makeDense();
    return this.raise(index, rank, sparseBytesMax);
  }

  /** Raises each of `registers` to what it is here. @throws {CommandError} INVALIDOBJ */
  mergeInto(registers: Registers): void {
    if (this.#registers.mergeInto(registers) === false) {
      throw new CommandError(errors.corruptHyperLogLog);
    }
  }

  /** Gives it the dense encoding; false when it has that already. @throws {CommandError} INVALIDOBJ */
  makeDense(): boolean {
    if (this.#registers instanceof DenseRegisters) return false;
    const registers = new Uint8Array(REGISTERS);
    this.mergeInto(registers);
    this.#registers = DenseRegisters.of(registers);
    this.#header[ENCODING_AT] = DENSE;
    return true;
  }

  /** The runs of a sparse one, as text; null for a dense one. @throws {CommandError} INVALIDOBJ */
  describeRuns(): string | null {
    if (this.#registers instanceof DenseRegisters) return null;
    const text = this.#registers.describe();
    if (text === null) throw new CommandError(errors.corruptHyperLogLog);
    return text;
  }
}

function isHyperLogLog(value: Bytes): boolean {
  if (value.length < HEADER_BYTES) return false;
  if (!equalRange(value, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) return false;
  const encoding = value[ENCODING_AT];
  if (encoding === DENSE) return value.length === HEADER_BYTES + DENSE_BYTES;
  return encoding === SPARSE;
}
