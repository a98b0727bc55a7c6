/**
 * Writes to clients which keys have changed, at the right place: neither before the reply to what they were changed by or read with, nor
 * into it. What is written holds even if the turn fails.
 */
import type { TurnOutput } from "../turn-output.ts";
import type { ClientTracker, TrackedConnection } from "./client-tracker.ts";
import { brokenRedirect, invalidation } from "./invalidation.ts";

/** What is needed of the server. */
export interface SenderHost {
  readonly output: TurnOutput;
  /** Those who wait for keys. */
  readonly ledis: { readonly waiters: { readonly isServing: boolean } };
  /** Makes sure that a turn ends soon. */
  scheduleTurn(): void;
}

/** Names of keys; null: all keys. */
export type KeyNames = readonly string[] | null;

interface Message {
  readonly tracker: ClientTracker;
  readonly names: KeyNames;
}

export class InvalidationSender {
  readonly #host: SenderHost;
  /** To the client that a command runs for: behind its reply. */
  #behindReply: Message[] = [];
  /** To clients that were blocked when others were served: perhaps they were, too, so behind that reply. */
  #behindServing: Message[] = [];

  constructor(host: SenderHost) {
    this.#host = host;
  }

  /** Whose command runs now; null: nobody's, also while those are served who wait for keys. */
  get running(): unknown {
    const { output, ledis } = this.#host;
    return ledis.waiters.isServing ? null : output.answered;
  }

  /** Tells a client of keys, now or when it may be told. */
  send(tracker: ClientTracker, names: KeyNames): void {
    const { receiver } = tracker;
    const { running } = this;
    // A reply of EXEC is under way from its first command on.
    const isWithinReply = receiver === running && receiver?.transaction.isRunning;
    if (tracker.connection === running || isWithinReply) this.#behindReply.push({ tracker, names });
    else if (this.#host.ledis.waiters.isServing && receiver?.isBlocked) {
      this.#behindServing.push({ tracker, names });
    } else this.tell([tracker], names);
  }

  /** Tells clients of the same keys, now. */
  tell(trackers: readonly ClientTracker[], names: KeyNames): void {
    const { output } = this.#host;
    const receivers = trackers.flatMap((tracker) => this.#receiverOf(tracker) ?? []);
    for (const protocol of [2, 3] as const) {
      const sinks = receivers.filter((receiver) => receiver.protocol === protocol);
      if (sinks.length === 0) continue;
      output.tell(sinks, (writer) => writer.write(invalidation(names, protocol), protocol), true);
    }
    this.#host.scheduleTurn();
  }

  /** A command was answered: what its client is to be told behind that is told. */
  answered(): void {
    for (const { tracker, names } of this.#behindReply.splice(0)) this.tell([tracker], names);
  }

  /** The turn is about to end. */
  turnEnds(): void {
    // Who was served is answered when it has ended, and before anything else happens.
    if (this.#behindServing.length > 0) setImmediate(() => this.#tellServed());
  }

  #tellServed(): void {
    for (const { tracker, names } of this.#behindServing.splice(0)) this.tell([tracker], names);
  }

  /** Who can be told; null: nobody. */
  #receiverOf(tracker: ClientTracker): TrackedConnection | null {
    const { receiver } = tracker;
    if (receiver === null) {
      this.#tellBroken(tracker);
      return null;
    }
    const isInChannel = tracker.redirect !== 0 && receiver.isSubscriber;
    return receiver.protocol === 3 || isInChannel ? receiver : null;
  }

  #tellBroken(tracker: ClientTracker): void {
    tracker.isBroken = true;
    const { connection, redirect } = tracker;
    if (connection.protocol !== 3) return;
    const message = brokenRedirect(redirect);
    this.#host.output.tell([connection], (writer) => writer.write(message, 3), true);
  }
}
