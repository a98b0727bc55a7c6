/** Messages to a client that came while a reply to it was not whole yet: they wait until it is. */
import type { Bytes } from "../bytes/bytes.ts";
import type { ReplySink, TurnOutput } from "./turn-output.ts";

export class PostponedMessages {
  #messages: Bytes[] = [];
  /** Bytes that they take. */
  bytes = 0;

  /** @param message of its own memory */
  add(message: Bytes): void {
    this.#messages.push(message);
    this.bytes += message.length;
  }

  /** Has them sent with the present turn, even if it fails: theirs did not. False when there are none. */
  release(output: TurnOutput, sink: ReplySink): boolean {
    if (this.#messages.length === 0) return false;
    const messages = this.#messages;
    this.clear();
    output.tell([sink], (writer) => writer.appendCopies(messages), true);
    return true;
  }

  clear(): void {
    this.#messages = [];
    this.bytes = 0;
  }
}
