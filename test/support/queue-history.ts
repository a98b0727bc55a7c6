/**
 * A queue that one connection fills and others empty by blocking pops, and where its items have to be after a crash:
 * each that was acknowledged in one place, and none that was handed out a second time.
 */
import { randomInt } from "node:crypto";
import type { Plain, RespClient } from "./resp-client.ts";

const QUEUE = "queue";
const MOVED = "moved";
const SCORED = "scored";
/** Longer than any crash test, in seconds. */
const WAIT = 1000;
/** So many items may wait before the producer does. */
const WAITING_MAX = 200;

/** Items of one queue: numbers, ascending as they are pushed. */
class Items {
  readonly pushed: string[] = [];
  acknowledged = 0;
  readonly taken = new Set<string>();
  /** Pops that were sent and may have taken an item. */
  inFlight = 0;

  /**
   * @param left what is there, all of it
   * @param mayLose what was acknowledged may be undone
   * @throws an item is lost, double, or was handed out before
   */
  check(name: string, left: readonly string[], mayLose: boolean): void {
    const there = new Set(left);
    if (there.size !== left.length) throw new Error(`${name}: an item is there twice`);
    const known = new Set(this.pushed);
    const wrong = left.filter((item) => !known.has(item) || (!mayLose && this.taken.has(item)));
    if (wrong.length > 0) throw new Error(`${name}: ${wrong} should not be there`);
    const missing = this.pushed
      .slice(0, this.acknowledged)
      .filter((item) => !this.taken.has(item) && !there.has(item));
    if (!mayLose && missing.length > this.inFlight) throw new Error(`${name}: ${missing} are lost`);
    const order = left.map(Number);
    if (order.some((item, i) => i > 0 && item < order[i - 1]!)) {
      throw new Error(`${name}: out of order: ${left}`);
    }
    for (const item of left) this.taken.delete(item);
    this.pushed.length = 0;
    this.pushed.push(...left);
    this.acknowledged = left.length;
    this.inFlight = 0;
  }
}

export class QueueHistory {
  readonly #database: number;
  readonly #list = new Items();
  readonly #zset = new Items();
  /** Items whose move was acknowledged. */
  readonly #moved: string[] = [];
  #pushed = 0;

  constructor(database: number) {
    this.#database = database;
  }

  /** Items that consumers were given. */
  get taken(): number {
    return this.#list.taken.size + this.#zset.taken.size;
  }

  /** Fills and empties until the connections break. @param clients four of them */
  async write(clients: readonly RespClient[]): Promise<void> {
    const [producer, popper, mover, scorer] = clients;
    const select = clients.map((client) => orNull(client.call("SELECT", this.#database)));
    if ((await Promise.all(select)).includes(null)) return;
    await Promise.all([
      this.#produce(producer!),
      this.#consume(popper!, this.#list, ["BLPOP", QUEUE, WAIT], (reply) => reply[1]!),
      this.#move(mover!),
      this.#consume(scorer!, this.#zset, ["BZPOPMIN", SCORED, WAIT], (reply) => reply[1]!),
    ]);
  }

  /**
   * @param mayLose acknowledged pushes and pops may be undone
   * @throws something is not where it has to be
   */
  async check(client: RespClient, mayLose = false): Promise<void> {
    await client.call("SELECT", this.#database);
    const [queue, moved, scored] = (await client.pipeline([
      ["LRANGE", QUEUE, 0, -1],
      ["LRANGE", MOVED, 0, -1],
      ["ZRANGE", SCORED, 0, -1],
    ])) as [string[], string[], string[]];
    const lost = this.#moved.filter((item) => !moved.includes(item));
    if (lost.length > 0 && !mayLose) throw new Error(`${MOVED}: ${lost} are lost`);
    const queued = [...moved, ...queue].sort((a, b) => Number(a) - Number(b));
    this.#list.check(QUEUE, queued, mayLose);
    this.#zset.check(SCORED, scored, mayLose);
    // What was moved has had its look.
    for (const item of moved) this.#list.taken.add(item);
    await client.call("DEL", MOVED);
    this.#moved.length = 0;
  }

  async #produce(client: RespClient): Promise<void> {
    for (;;) {
      const items = Array.from({ length: randomInt(1, 6) }, () => `${this.#pushed++}`);
      this.#list.pushed.push(...items);
      this.#zset.pushed.push(...items);
      const push = client.call("RPUSH", QUEUE, ...items);
      const add = client.call("ZADD", SCORED, ...items.flatMap((item) => [item, item]));
      const [length, added] = await Promise.all([push, add].map(orNull));
      if (typeof length === "number") this.#list.acknowledged += items.length;
      if (typeof added === "number") this.#zset.acknowledged += items.length;
      if (length === null || added === null) return;
      if (Number(length) > WAITING_MAX) await Bun.sleep(1);
    }
  }

  async #consume(
    client: RespClient,
    items: Items,
    words: readonly (string | number)[],
    itemOf: (reply: readonly string[]) => string,
  ): Promise<void> {
    for (;;) {
      items.inFlight++;
      const reply = await orNull(client.call(...words));
      if (reply === null) return;
      items.inFlight--;
      items.taken.add(itemOf(reply as string[]));
    }
  }

  async #move(client: RespClient): Promise<void> {
    for (;;) {
      const reply = await orNull(client.call("BLMOVE", QUEUE, MOVED, "LEFT", "RIGHT", WAIT));
      if (reply === null) return;
      this.#moved.push(reply as string);
    }
  }
}

/** The reply; null when the connection breaks before. */
function orNull(reply: Promise<Plain>): Promise<Plain> {
  return reply.catch(() => null);
}
