/** Messages between clients: they leave with the turn in which they were published. */
import type { Bytes } from "../bytes/bytes.ts";
import { matchesGlob } from "../bytes/glob.ts";
import type { ChannelKind } from "../commands/client.ts";
import type { PubSub } from "../commands/context.ts";
import { Push } from "../resp/reply.ts";
import type { Protocol } from "../resp/reply-writer.ts";
import { type Channel, Channels } from "./channels.ts";
import type { ReplySink, TurnOutput } from "./turn-output.ts";

/** Who may subscribe. */
export interface Subscriber extends ReplySink {
  readonly protocol: Protocol;
}

/** What publishing needs of the server. */
export interface PubSubHost {
  readonly output: TurnOutput;
  /** Makes sure that a turn ends soon. */
  scheduleTurn(): void;
}

export class MessageRouter implements PubSub {
  readonly #host: PubSubHost;
  readonly channels = new Channels<Subscriber>();

  constructor(host: PubSubHost) {
    this.#host = host;
  }

  publish(kind: "channel" | "shard", name: Bytes, message: Bytes): number {
    const { channels } = this;
    let receivers = 0;
    const channel = channels.find(kind, name);
    if (channel !== undefined) {
      const word = kind === "shard" ? "smessage" : "message";
      receivers += this.#send(channel, new Push([word, name, message]));
    }
    if (kind === "channel" && channels.count("pattern") > 0) {
      for (const pattern of channels.matching(name)) {
        receivers += this.#send(pattern, new Push(["pmessage", pattern.name, name, message]));
      }
    }
    return receivers;
  }

  names(kind: ChannelKind, pattern: Bytes | null): Bytes[] {
    const names = [...this.channels.all(kind)].map(({ name }) => name);
    return pattern === null ? names : names.filter((name) => matchesGlob(pattern, name));
  }

  subscribers(kind: ChannelKind, name: Bytes): number {
    return this.channels.find(kind, name)?.subscribers.size ?? 0;
  }

  count(kind: ChannelKind): number {
    return this.channels.count(kind);
  }

  /** The same bytes for all who speak the same protocol. */
  #send({ subscribers }: Channel<Subscriber>, message: Push): number {
    const { output } = this.#host;
    for (const protocol of [2, 3] as const) {
      const sinks = [...subscribers].filter((subscriber) => subscriber.protocol === protocol);
      if (sinks.length > 0) output.tell(sinks, (writer) => writer.write(message, protocol));
    }
    this.#host.scheduleTurn();
    return subscribers.size;
  }
}
