/**
 * One request: arguments as ranges of the buffer they arrived in. Argument 0 names the command.
 */
import { type Bytes, EMPTY } from "../bytes/bytes.ts";
import { Stretch } from "../bytes/stretch.ts";

/** Room that every request starts with, and drops back to. */
const ARGUMENTS_KEPT = 16;

/**
 * A request as its parser shows it: reading an argument in place allocates nothing.
 *
 * The parser reuses the object: counts and offsets are valid until its next `next()`. The bytes
 * themselves never change, so a view may be kept, but it pins the whole chunk it arrived in; what
 * must outlive the command is better taken with {@link clone} or {@link own}.
 */
export class Request {
  /** Holds every argument, among other bytes. */
  buffer: Bytes = EMPTY;
  /** How many arguments there are, at least 1 in a parsed request. */
  count = 0;
  /** Where the request starts in the buffer; the bounds count from here. */
  private origin = 0;
  /** Start and end of each argument, in turn. */
  private bounds: Int32Array;

  /** @param capacity how many arguments fit before the first growth, at least 1 */
  constructor(capacity: number = ARGUMENTS_KEPT) {
    this.bounds = new Int32Array(2 * capacity);
  }

  /** A request with these arguments, copied. */
  static of(args: readonly Bytes[]): Request {
    let length = 0;
    for (const bytes of args) length += bytes.length;
    const buffer = new Uint8Array(length);
    const request = new Request(Math.max(1, args.length));
    let at = 0;
    for (const bytes of args) {
      buffer.set(bytes, at);
      request.add(at, at + bytes.length);
      at += bytes.length;
    }
    request.place(buffer, 0);
    return request;
  }

  /** Offset in the buffer of the first byte of argument `index` in [0, count). */
  start(index: number): number {
    return this.origin + this.bounds[2 * index]!;
  }

  /** Offset in the buffer behind the last byte of argument `index` in [0, count). */
  end(index: number): number {
    return this.origin + this.bounds[2 * index + 1]!;
  }

  /** Length in bytes of argument `index` in [0, count). */
  length(index: number): number {
    return this.bounds[2 * index + 1]! - this.bounds[2 * index]!;
  }

  /** Argument `index` in [0, count) as a view, made on each call (about 50 ns). */
  bytes(index: number): Bytes {
    return this.buffer.subarray(this.start(index), this.end(index));
  }

  /** Argument `index` in [0, count) without a view: a fifth of its cost. */
  stretch(index: number): Stretch {
    return new Stretch(this.buffer, this.start(index), this.end(index));
  }

  /** All arguments as views. */
  views(): Bytes[] {
    const views: Bytes[] = [];
    for (let index = 0; index < this.count; index++) views.push(this.bytes(index));
    return views;
  }

  /** All arguments, copied into one allocation of their own. */
  own(): Bytes[] {
    return this.clone().views();
  }

  /** A copy that nobody reuses, with a buffer that holds nothing but the arguments. */
  clone(): Request {
    return Request.of(this.views());
  }

  /** For the parser: forgets all arguments. */
  clear(): void {
    this.count = 0;
  }

  /** For the parser: appends the argument at `[start, end)`, counted from the origin. */
  add(start: number, end: number): void {
    const at = 2 * this.count;
    if (at === this.bounds.length) this.grow();
    this.bounds[at] = start;
    this.bounds[at + 1] = end;
    this.count++;
  }

  /** For the parser: says where the arguments are. */
  place(buffer: Bytes, origin: number): void {
    this.buffer = buffer;
    this.origin = origin;
  }

  /** For the parser: lets go of the memory of the last request. */
  release(): void {
    this.place(EMPTY, 0);
    this.clear();
    if (this.bounds.length > 2 * ARGUMENTS_KEPT) this.bounds = new Int32Array(2 * ARGUMENTS_KEPT);
  }

  private grow(): void {
    const grown = new Int32Array(2 * this.bounds.length);
    grown.set(this.bounds);
    this.bounds = grown;
  }
}
