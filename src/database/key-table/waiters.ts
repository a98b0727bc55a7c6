/**
 * Who waits for keys: blocking commands wait here until a key holds a collection of the type they want. Several
 * waiters of a key are served in the order in which they came.
 *
 * Serving is part of the turn that made the key ready: `serve` runs behind each command and before the turn's
 * end, and who was served hears of it when the turn is committed. If the turn fails, what was taken is back, and
 * the waiter is back in its place.
 */
import { type Bytes, copyBytes, mapKey } from "../../bytes/bytes.ts";
import { CommandError, type StorageError } from "../../errors.ts";
import type { KeyListener, KeyTable } from "./key-table.ts";
import type { TurnListener, TurnLoop } from "./turn-loop.ts";

export interface Wish<T> {
  readonly keys: readonly Bytes[];
  /** Type of the collection that is wanted. */
  readonly type: number;
  /**
   * Takes what is wanted from a key that holds such a collection, in the present turn; undefined: there is nothing
   * yet. The result outlives the turn: no views.
   *
   * @throws {CommandError} it cannot be had; ends the waiting as well
   */
  take(key: Bytes): T | undefined;
  /** Why there is no sense in waiting for a key that was changed and holds no such collection; null: there is. */
  readonly lost?: (key: Bytes) => CommandError | null;
}

/** How a waiting ended. */
type Outcome<T> = { readonly value: T } | { readonly error: CommandError };

/** One who waits, whatever for. */
interface Waiter {
  readonly type: number;
  readonly arrival: number;
  readonly queues: readonly Queue[];
  serve(key: Bytes): boolean;
  miss(key: Bytes): boolean;
  confirm(): void;
  takeBack(): boolean;
  fail(error: CommandError): boolean;
}

/** One who waits. */
export class Waiting<T> implements Waiter {
  readonly type: number;
  readonly #wish: Wish<T>;
  /** Counts up: who came first is served first. */
  readonly arrival: number;
  readonly queues: readonly Queue[];
  readonly #waiters: Waiters;
  readonly #answer = Promise.withResolvers<T>();
  /** What it was served with, while the turn is not committed. */
  #served: Outcome<T> | null = null;
  /** What ends it if the turn that served it fails. */
  #fallback: Outcome<T> | null = null;
  #isOver = false;

  constructor(wish: Wish<T>, arrival: number, queues: readonly Queue[], waiters: Waiters) {
    this.type = wish.type;
    this.#wish = wish;
    this.arrival = arrival;
    this.queues = queues;
    this.#waiters = waiters;
  }

  /** What it was served with, or was ended with. */
  get answer(): Promise<T> {
    return this.#answer.promise;
  }

  /** Ends the waiting; false when it is over, or was served in the present turn. */
  end(value: T): boolean {
    return this.#end({ value });
  }

  /** As `end`, with an error. */
  fail(error: CommandError): boolean {
    return this.#end({ error });
  }

  /** Gives it what it wishes for, from this key, as far as it lies with the present turn; false: it waits on. */
  serve(key: Bytes): boolean {
    try {
      const value = this.#wish.take(key);
      if (value === undefined) return false;
      this.#served = { value };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#served = { error };
    }
    this.#waiters.leave(this);
    return true;
  }

  /** As `serve`, for a key that holds no such collection. */
  miss(key: Bytes): boolean {
    const error = this.#wish.lost?.(key) ?? null;
    if (error === null) return false;
    this.#served = { error };
    this.#waiters.leave(this);
    return true;
  }

  /** The turn that served it is committed. */
  confirm(): void {
    this.#settle(this.#served!);
  }

  /** The turn that served it has failed; true when it has to wait on. */
  takeBack(): boolean {
    this.#served = null;
    if (this.#fallback !== null) this.#settle(this.#fallback);
    return !this.#isOver;
  }

  #end(outcome: Outcome<T>): boolean {
    if (this.#isOver) return false;
    if (this.#served !== null) {
      this.#fallback ??= outcome;
      return false;
    }
    this.#waiters.leave(this);
    this.#settle(outcome);
    return true;
  }

  #settle(outcome: Outcome<T>): void {
    this.#isOver = true;
    if ("error" in outcome) this.#answer.reject(outcome.error);
    else this.#answer.resolve(outcome.value);
  }
}

/** Those who wait for one key, by arrival. */
class Queue {
  readonly board: Board;
  readonly name: string;
  readonly key: Bytes;
  waiting = new Set<Waiter>();
  /** In the list of keys to be looked at. */
  isReady = false;

  constructor(board: Board, name: string, key: Bytes) {
    this.board = board;
    this.name = name;
    this.key = key;
  }
}

/** Those who wait for keys of one database. Its table is listened to while there are any. */
class Board implements KeyListener {
  readonly table: KeyTable;
  readonly queues = new Map<string, Queue>();
  readonly #ready: (queue: Queue) => void;

  constructor(table: KeyTable, ready: (queue: Queue) => void) {
    this.table = table;
    this.#ready = ready;
  }

  /** The queue of a key, made if there is none. */
  queueOf(key: Bytes): Queue {
    const name = mapKey(key);
    let queue = this.queues.get(name);
    if (queue === undefined) {
      queue = new Queue(this, name, copyBytes(key));
      this.restore(queue);
    }
    return queue;
  }

  /** Puts a queue back that was dropped. */
  restore(queue: Queue): void {
    if (this.queues.size === 0) this.table.listen(this);
    this.queues.set(queue.name, queue);
  }

  drop(queue: Queue): void {
    this.queues.delete(queue.name);
    if (this.queues.size === 0) this.table.unlisten(this);
  }

  keyChanged(key: Bytes): void {
    const queue = this.queues.get(mapKey(key));
    if (queue !== undefined) this.#ready(queue);
  }

  keysReplaced(): void {
    for (const queue of this.queues.values()) this.#ready(queue);
  }
}

export class Waiters implements TurnListener {
  readonly #turns: TurnLoop;
  readonly #boards = new Map<KeyTable, Board>();
  /** Keys that were changed since they were last looked at. */
  #ready: Queue[] = [];
  /** Came in the present turn. */
  #fresh: Waiter[] = [];
  /** Served in the present turn, in that order. */
  #served: Waiter[] = [];
  #arrivals = 0;
  #count = 0;
  #isServing = false;

  constructor(turns: TurnLoop) {
    this.#turns = turns;
    turns.beforeEnd(() => this.serve());
    turns.listen(this);
  }

  /** How many wait. */
  get count(): number {
    return this.#count;
  }

  /** True while those who wait take what they wish for, which changes keys. */
  get isServing(): boolean {
    return this.#isServing;
  }

  /** True when `serve` has something to look at. */
  get isReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Waits for one of the keys. REQUIRES: none of them holds what is wanted now. */
  wait<T>(table: KeyTable, wish: Wish<T>): Waiting<T> {
    const board = this.#boardOf(table);
    const queues = [...new Set(wish.keys.map((key) => board.queueOf(key)))];
    const waiting = new Waiting(wish, this.#arrivals++, queues, this);
    for (const queue of queues) queue.waiting.add(waiting);
    this.#count++;
    // Should the present turn fail, what it saw was not true.
    this.#fresh.push(waiting);
    this.#turns.schedule();
    return waiting;
  }

  /** Serves whom the changes so far allow to serve, and whom that allows in turn. */
  serve(): void {
    this.#isServing = true;
    try {
      while (this.#ready.length > 0) {
        for (const queue of this.#ready.splice(0)) {
          queue.isReady = false;
          this.#serveQueue(queue);
        }
      }
    } catch (error) {
      this.#turns.breakTurn(error);
    } finally {
      this.#isServing = false;
    }
  }

  /** Takes `waiting` out of the queues. */
  leave(waiting: Waiter): void {
    for (const queue of waiting.queues) {
      queue.waiting.delete(waiting);
      if (queue.waiting.size === 0) queue.board.drop(queue);
    }
    this.#count--;
  }

  committed(): void {
    this.#fresh = [];
    for (const waiting of this.#served.splice(0)) waiting.confirm();
  }

  failed(error: StorageError): void {
    for (const queue of this.#ready.splice(0)) queue.isReady = false;
    // Those first: a queue that they opened may stand where one that was emptied comes back.
    const refusal = new CommandError(`MISCONF Errors writing to the binlog: ${error.message}`);
    for (const waiting of this.#fresh.splice(0)) waiting.fail(refusal);
    for (const waiting of this.#served.splice(0)) {
      if (waiting.takeBack()) this.#comeBack(waiting);
    }
  }

  #serveQueue(queue: Queue): void {
    const { key, board } = queue;
    let type = board.table.findForWrite(key)?.type;
    for (const waiting of queue.waiting) {
      const isServed = waiting.type === type ? waiting.serve(key) : waiting.miss(key);
      if (!isServed) continue;
      this.#served.push(waiting);
      type = board.table.findForWrite(key)?.type;
    }
  }

  /** Puts it back where it was in the queues. */
  #comeBack(waiting: Waiter): void {
    for (const queue of waiting.queues) {
      if (queue.waiting.size === 0) queue.board.restore(queue);
      const all = [...queue.waiting, waiting].sort((a, b) => a.arrival - b.arrival);
      queue.waiting = new Set(all);
    }
    this.#count++;
  }

  #boardOf(table: KeyTable): Board {
    let board = this.#boards.get(table);
    if (board === undefined) {
      board = new Board(table, (queue) => this.#markReady(queue));
      this.#boards.set(table, board);
    }
    return board;
  }

  #markReady(queue: Queue): void {
    if (queue.isReady) return;
    queue.isReady = true;
    this.#ready.push(queue);
  }
}
