/** Who is subscribed to what. */
import { type Bytes, copyBytes, mapKey } from "../bytes/bytes.ts";
import { matchesGlob } from "../bytes/glob.ts";
import type { ChannelKind, Subscriptions } from "../commands/client.ts";
import { CommandError, errors } from "../errors.ts";

/** What one subscription takes besides its name, in bytes: about that. */
const SUBSCRIPTION_BYTES = 200;

/** A name that somebody is subscribed to: a channel, a pattern or a shard channel. */
export interface Channel<S> {
  readonly name: Bytes;
  readonly mapKey: string;
  /** In the order in which they came. */
  readonly subscribers: Set<S>;
}

/** The channels of all clients. `S`: who gets messages. */
export class Channels<S> {
  readonly #byKind: Readonly<Record<ChannelKind, Map<string, Channel<S>>>> = {
    channel: new Map(),
    pattern: new Map(),
    shard: new Map(),
  };

  count(kind: ChannelKind): number {
    return this.#byKind[kind].size;
  }

  find(kind: ChannelKind, name: Bytes): Channel<S> | undefined {
    const channels = this.#byKind[kind];
    return channels.size === 0 ? undefined : channels.get(mapKey(name));
  }

  all(kind: ChannelKind): Iterable<Channel<S>> {
    return this.#byKind[kind].values();
  }

  /** The patterns that this channel's name matches. */
  *matching(name: Bytes): Iterable<Channel<S>> {
    for (const pattern of this.all("pattern")) {
      if (matchesGlob(pattern.name, name)) yield pattern;
    }
  }

  /** Adds a subscriber; answers the channel. */
  add(kind: ChannelKind, name: Bytes, subscriber: S): Channel<S> {
    const key = mapKey(name);
    let channel = this.#byKind[kind].get(key);
    if (channel === undefined) {
      channel = { name: copyBytes(name), mapKey: key, subscribers: new Set() };
      this.#byKind[kind].set(key, channel);
    }
    channel.subscribers.add(subscriber);
    return channel;
  }

  remove(kind: ChannelKind, channel: Channel<S>, subscriber: S): void {
    channel.subscribers.delete(subscriber);
    if (channel.subscribers.size === 0) this.#byKind[kind].delete(channel.mapKey);
  }
}

/** The subscriptions of one client. */
export class ClientSubscriptions<S> implements Subscriptions {
  readonly #channels: Channels<S>;
  readonly #subscriber: S;
  readonly #bytesMax: () => number;
  readonly #byKind: Readonly<Record<ChannelKind, Map<string, Channel<S>>>> = {
    channel: new Map(),
    pattern: new Map(),
    shard: new Map(),
  };
  /** How many there are, of all kinds. */
  total = 0;
  /** Memory that they take: about that. */
  bytes = 0;

  /** @param bytesMax most bytes that they may take */
  constructor(channels: Channels<S>, subscriber: S, bytesMax: () => number) {
    this.#channels = channels;
    this.#subscriber = subscriber;
    this.#bytesMax = bytesMax;
  }

  count(kind: ChannelKind): number {
    return this.#byKind[kind].size;
  }

  names(kind: ChannelKind): Bytes[] {
    return [...this.#byKind[kind].values()].map(({ name }) => name);
  }

  check(names: readonly Bytes[]): void {
    const more = names.reduce((sum, name) => sum + name.length + SUBSCRIPTION_BYTES, 0);
    if (this.bytes + more > this.#bytesMax()) throw new CommandError(errors.clientMemory);
  }

  add(kind: ChannelKind, name: Bytes): void {
    const key = mapKey(name);
    if (this.#byKind[kind].has(key)) return;
    this.check([name]);
    this.#byKind[kind].set(key, this.#channels.add(kind, name, this.#subscriber));
    this.total++;
    this.bytes += name.length + SUBSCRIPTION_BYTES;
  }

  remove(kind: ChannelKind, name: Bytes): void {
    const channel = this.#byKind[kind].get(mapKey(name));
    if (channel === undefined) return;
    this.#byKind[kind].delete(channel.mapKey);
    this.#channels.remove(kind, channel, this.#subscriber);
    this.total--;
    this.bytes -= name.length + SUBSCRIPTION_BYTES;
  }

  clear(): void {
    for (const kind of ["channel", "pattern", "shard"] as const) {
      for (const name of this.names(kind)) this.remove(kind, name);
    }
  }
}
