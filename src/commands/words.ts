/** The words of a request behind the command's name, read one after the other. */
import { type Bytes, equalsIgnoreCase } from "../bytes/bytes.ts";
import { parseSafeInteger } from "../bytes/integer.ts";
import type { Stretch } from "../bytes/stretch.ts";
import type { Request } from "../resp/request.ts";

export class Words {
  #request: Request | null = null;
  #at = 0;

  /** Starts at word `at` of `request`; word 0 is the command's name. */
  of(request: Request, at: number): this {
    this.#request = request;
    this.#at = at;
    return this;
  }

  /** The command's name as the client has written it, as a view. */
  get name(): Bytes {
    return this.#request!.bytes(0);
  }

  /** How many words are left. */
  get left(): number {
    return this.#request!.count - this.#at;
  }

  /** The next word, as a view. */
  next(): Bytes {
    return this.#request!.bytes(this.#at++);
  }

  /** The next word, without a view. */
  nextStretch(): Stretch {
    return this.#request!.stretch(this.#at++);
  }

  /** The next word without taking it. */
  peek(): Bytes {
    return this.#request!.bytes(this.#at);
  }

  /** The next word as a safe integer, NaN when it is none. */
  nextInteger(): number {
    const request = this.#request!;
    const at = this.#at++;
    return parseSafeInteger(request.buffer, request.start(at), request.end(at));
  }

  /** Takes the next word if it is this ASCII word in any case. */
  take(upperCaseWord: string): boolean {
    if (this.left === 0 || !equalsIgnoreCase(this.peek(), upperCaseWord)) return false;
    this.#at++;
    return true;
  }
}
