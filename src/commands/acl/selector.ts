/** What one set of rules allows: commands, keys and channels. A user has one, and may have more. */
import { type Bytes, fromMapKey } from "../../bytes/bytes.ts";
import type { Command } from "../command.ts";
import { CommandSet } from "./command-set.ts";

/** Keys that match, and what may be done to them. */
export interface KeyPattern {
  readonly pattern: Bytes;
  /** The same as text in latin1. */
  readonly text: string;
  readonly reads: boolean;
  readonly writes: boolean;
}

export interface ChannelPattern {
  readonly pattern: Bytes;
  /** The same as text in latin1. */
  readonly text: string;
}

export class Selector {
  allKeys = false;
  allChannels = false;
  /** Every command, known or not; what is in `commands` need not be asked. */
  allCommands = false;
  /** Began with every command, and had some taken away since: new ones would be allowed. */
  hasFuture = false;
  commands: CommandSet;
  /** Words that commands, by their numbers, are allowed with although they are not in `commands`. */
  readonly firstWords = new Map<number, readonly string[]>();
  keys: readonly KeyPattern[] = [];
  channels: readonly ChannelPattern[] = [];

  /** Allows nothing. @param size of the set of commands */
  constructor(size: number) {
    this.commands = new CommandSet(size);
  }

  /** One that allows whatever there is. */
  static unrestricted(): Selector {
    const selector = new Selector(0);
    selector.allKeys = true;
    selector.allChannels = true;
    selector.setAllCommands(true);
    return selector;
  }

  clone(): Selector {
    const copy = new Selector(0);
    copy.allKeys = this.allKeys;
    copy.allChannels = this.allChannels;
    copy.allCommands = this.allCommands;
    copy.hasFuture = this.hasFuture;
    copy.commands = this.commands.clone();
    for (const [number, words] of this.firstWords) copy.firstWords.set(number, words);
    copy.keys = this.keys;
    copy.channels = this.channels;
    return copy;
  }

  get isUnrestricted(): boolean {
    return this.allCommands && this.allKeys && this.allChannels;
  }

  setAllKeys(allKeys: boolean): void {
    this.allKeys = allKeys;
    this.keys = [];
  }

  setAllChannels(allChannels: boolean): void {
    this.allChannels = allChannels;
    this.channels = [];
  }

  setAllCommands(allowed: boolean): void {
    this.commands.fill(allowed);
    this.allCommands = allowed;
    this.hasFuture = allowed;
    this.firstWords.clear();
  }

  /** Allows or forbids a command, with its subcommands. */
  setCommand(command: Command, allowed: boolean): void {
    for (const each of [command, ...command.subcommands]) this.commands.set(each, allowed);
    this.firstWords.delete(command.number);
    if (!allowed) this.allCommands = false;
  }

  /** Allows a command with this first word, in any case. */
  addFirstWord({ number }: Command, word: string): void {
    const words = this.firstWords.get(number) ?? [];
    if (words.some((known) => known.toLowerCase() === word.toLowerCase())) return;
    this.firstWords.set(number, [...words, word]);
  }

  /** The same pattern given again allows more. */
  addKeys(text: string, reads: boolean, writes: boolean): void {
    const at = this.keys.findIndex((known) => known.text === text);
    const known = this.keys[at];
    const added: KeyPattern = {
      pattern: fromMapKey(text),
      text,
      reads: reads || (known?.reads ?? false),
      writes: writes || (known?.writes ?? false),
    };
    this.keys = known === undefined ? [...this.keys, added] : this.keys.with(at, added);
  }

  addChannels(text: string): void {
    if (this.channels.some((known) => known.text === text)) return;
    this.channels = [...this.channels, { pattern: fromMapKey(text), text }];
  }
}
