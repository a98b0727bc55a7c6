/** Whether a user may run a request; asked only of users that may not do everything. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { matchesGlob } from "../../bytes/glob.ts";
import type { Command } from "../command.ts";
import { type AccessedKey, accessedKeys } from "./key-access.ts";
import type { ChannelPattern, Selector } from "./selector.ts";
import type { User } from "./user.ts";

/** What a user was not allowed to use, in the order in which Redis prefers to tell of them. */
export type DenialReason = "command" | "key" | "channel";

const WEIGHTS: Readonly<Record<DenialReason, number>> = { command: 1, key: 2, channel: 3 };

export interface Denial {
  readonly reason: DenialReason;
  /** The key or the channel; null where it is the command. */
  readonly object: Bytes | null;
}

/** A denial, and which of the keys or channels it was. */
interface PlacedDenial extends Denial {
  readonly at: number;
}

const COMMAND_DENIED: PlacedDenial = { reason: "command", object: null, at: 0 };

/** Commands whose words are channels, all from the first on; PUBLISH and SPUBLISH have one. */
const CHANNEL_COMMANDS: ReadonlySet<string> = new Set([
  "PSUBSCRIBE",
  "PUBLISH",
  "SPUBLISH",
  "SSUBSCRIBE",
  "SUBSCRIBE",
]);

/** One request, with what several selectors ask of it. */
class AskedRequest {
  readonly command: Command;
  readonly words: readonly Bytes[];
  #keys: readonly AccessedKey[] | null = null;

  constructor(command: Command, words: readonly Bytes[]) {
    this.command = command;
    this.words = words;
  }

  get keys(): readonly AccessedKey[] {
    this.#keys ??= accessedKeys(this.command, this.words);
    return this.#keys;
  }

  get channels(): readonly Bytes[] {
    const { name } = this.command;
    if (!CHANNEL_COMMANDS.has(name)) return [];
    return this.words.slice(1, name.endsWith("PUBLISH") ? 2 : undefined);
  }

  /** The channels are patterns, for which only the same pattern will do. */
  get arePatterns(): boolean {
    return this.command.name === "PSUBSCRIBE";
  }
}

/**
 * Why the user may not run a request, or null. Of several selectors' reasons, the one that comes closest.
 *
 * @param words the request, name included; its length is right for the command
 */
export function denialOf(user: User, command: Command, words: readonly Bytes[]): Denial | null {
  if (user.isUnrestricted) return null;
  const request = new AskedRequest(command, words);
  let closest = COMMAND_DENIED;
  for (const selector of user.selectors) {
    const denial = denialBy(selector, request);
    if (denial === null) return null;
    const difference = WEIGHTS[denial.reason] - WEIGHTS[closest.reason];
    if (difference > 0 || (difference === 0 && denial.at > closest.at)) closest = denial;
  }
  return closest;
}

/** Whether the user may run a request, and may read all keys with it: SORT reads keys that it does not name. */
export function mayReadAll(user: User, command: Command, words: readonly Bytes[]): boolean {
  if (user.isUnrestricted) return true;
  const request = new AskedRequest(command, words);
  return user.selectors.some((selector) => {
    const readsAll = selector.keys.some(({ text, reads }) => reads && text === "*");
    return (selector.allKeys || readsAll) && denialBy(selector, request) === null;
  });
}

/** Whether any of the selectors' channels lets somebody in. */
export function allowsChannel(
  channels: readonly ChannelPattern[],
  name: Bytes,
  isPattern: boolean,
): boolean {
  const literal = mapKey(name);
  return channels.some(({ pattern, text }) =>
    isPattern ? text === literal : matchesGlob(pattern, name),
  );
}

function denialBy(selector: Selector, request: AskedRequest): PlacedDenial | null {
  if (!allowsCommand(selector, request)) return COMMAND_DENIED;
  if (!selector.allKeys) {
    const at = request.keys.findIndex((key) => !allowsKey(selector, key));
    if (at >= 0) return { reason: "key", object: request.keys[at]!.key, at: at + 1 };
  }
  if (!selector.allChannels) {
    const { channels, arePatterns } = request;
    const isDenied = (name: Bytes) => !allowsChannel(selector.channels, name, arePatterns);
    const at = channels.findIndex(isDenied);
    if (at >= 0) return { reason: "channel", object: channels[at]!, at: at + 1 };
  }
  return null;
}

function allowsCommand(selector: Selector, { command, words }: AskedRequest): boolean {
  if (selector.allCommands || command.flags.has("no_auth")) return true;
  if (selector.commands.has(command)) return true;
  const allowed = selector.firstWords.get(command.number);
  const [, first] = words;
  if (allowed === undefined || first === undefined) return false;
  return allowed.some((word) => equalsIgnoreCase(first, word.toUpperCase()));
}

function allowsKey(selector: Selector, { key, reads, writes }: AccessedKey): boolean {
  return selector.keys.some(
    (known) =>
      (known.reads || !reads) && (known.writes || !writes) && matchesGlob(known.pattern, key),
  );
}
