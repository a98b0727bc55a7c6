/**
 * Random writes of one connection to a database of its own, and what they must have left behind: a crash may lose
 * the end of this history, but only from behind and only what was not acknowledged.
 */
import { randomInt } from "node:crypto";
import type { Plain, RespClient } from "./resp-client.ts";
import type { Write } from "./typed-model.ts";
import { describeKey, isSameKey, isSameState, readState, type State } from "./typed-values.ts";
import { randomWrite } from "./typed-writes.ts";

/** Errors that writes of all types to few keys run into. */
const EXPECTED = /^(WRONGTYPE|ERR (no such key|index out|value is not an|source and destination))/;

export class WriteHistory {
  readonly database: number;
  readonly #valueBytesMax: number;
  /** What was there at the last look. */
  #state: State = new Map();
  #writes: Write[] = [];
  #acknowledged = 0;
  #texts = 0;

  constructor(database: number, valueBytesMax: number) {
    this.database = database;
    this.#valueBytesMax = valueBytesMax;
  }

  /** Acknowledged writes since the last look. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  get keyCount(): number {
    return this.#state.size;
  }

  /**
   * Writes in pipelines until the connection breaks or a write is refused, which then must change nothing.
   *
   * @param isRefusal whether an error reply says that the server accepts no writes
   * @throws an acknowledgement that is another error
   */
  async write(client: RespClient, isRefusal = (_: string) => false): Promise<void> {
    if ((await client.call("SELECT", this.database).catch(() => null)) === null) return;
    for (;;) {
      const batch = Array.from({ length: randomInt(1, 16) }, () => randomWrite(() => this.#text()));
      const before = this.#writes.length;
      this.#writes.push(...batch);
      for (const { words } of batch) client.send(...words);
      const refused = new Set<Write>();
      for (const write of batch) {
        const reply = await client.readPlain().catch(() => undefined);
        if (reply === undefined) return;
        if (isError(reply) && isRefusal(reply.error)) refused.add(write);
        else if (!isError(reply) || EXPECTED.test(reply.error)) this.#acknowledged++;
        else throw new Error(`${write.words.join(" ").slice(0, 200)}: ${reply.error}`);
      }
      if (refused.size === 0) continue;
      this.#writes.length = before;
      this.#writes.push(...batch.filter((write) => !refused.has(write)));
      return;
    }
  }

  /**
   * Compares what is there with this history and goes on from it.
   *
   * @param mayLose acknowledged writes may be missing too, if all behind them are
   * @throws it is not the state after any of the writes that it may be the state after
   */
  async check(client: RespClient, mayLose = false): Promise<void> {
    await client.call("SELECT", this.database);
    const found = await readState(client);
    const state = this.#state;
    const least = mayLose ? 0 : this.#acknowledged;
    let matches = least === 0 && isSameState(state, found);
    for (const [index, write] of this.#writes.entries()) {
      if (matches) break;
      write.apply(state);
      matches = index + 1 >= least && isSameState(state, found);
    }
    if (!matches) throw new Error(this.#describe(state, found));
    this.#state = found;
    this.#writes = [];
    this.#acknowledged = 0;
  }

  #text(): string {
    return `${this.#texts++}:`.padEnd(randomInt(this.#valueBytesMax), "v");
  }

  #describe(expected: State, found: State): string {
    const lines = [...new Set([...expected.keys(), ...found.keys()])]
      .filter((key) => !isSameKey(expected.get(key), found.get(key)))
      .map(
        (key) =>
          `${key}: ${describeKey(found.get(key))}\n  instead of ${describeKey(expected.get(key))}`,
      );
    const last = this.#writes.slice(-20).map(({ words }) => words.join(" ").slice(0, 120));
    return `database ${this.database}: ${this.#acknowledged} of ${this.#writes.length} writes were acknowledged; at the end\n${lines.join("\n")}\nafter\n${last.join("\n")}`;
  }
}

function isError(reply: Plain): reply is { readonly error: string } {
  return typeof reply === "object" && reply !== null && "error" in reply;
}
