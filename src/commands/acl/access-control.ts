/**
 * Who may do what: the users, what was refused, and what becomes of connections when rules change. Dispatch asks it
 * before a request runs, scripts before they call a command.
 */
import { readFileSync } from "node:fs";
import { type Bytes, fromMapKey, fromText, mapKey } from "../../bytes/bytes.ts";
import type { Config } from "../../config/config.ts";
import { replaceFile } from "../../config/config-file.ts";
import { ConfigError, messageOf } from "../../errors.ts";
import type { Client } from "../client.ts";
import type { Command } from "../command.ts";
import type { CommandTable } from "../table.ts";
import { AclLog, type DenialContext } from "./acl-log.ts";
import { KnownCommands } from "./known-commands.ts";
import { allowsChannel, type DenialReason, denialOf } from "./permissions.ts";
import type { ChannelPattern } from "./selector.ts";
import type { User } from "./user.ts";
import { Users } from "./users.ts";

/** Files with users are for the server alone. */
const FILE_MODE = 0o600;

/** What is needed of the server. */
export interface AccessHost {
  readonly config: Config;
  readonly commands: CommandTable;
  clients(): Iterable<Client>;
  /** The client's line of CLIENT LIST. */
  describe(client: Client): string;
}

export class AccessControl {
  readonly #host: AccessHost;
  readonly known: KnownCommands;
  readonly users: Users;
  readonly log: AclLog;

  constructor(host: AccessHost) {
    const { config } = host;
    this.#host = host;
    this.known = new KnownCommands(host.commands);
    this.users = new Users(() => ({
      known: this.known,
      allChannels: config.get("acl-pubsub-default") === "allchannels",
    }));
    this.log = new AclLog(() => config.get("acllog-max-len"));
    this.#setDefaultPassword(config.get("requirepass"));
    config.onChange("requirepass", (password) => this.#setDefaultPassword(password));
  }

  /** True when connections need no password. */
  get isOpen(): boolean {
    return this.users.default.isOpen;
  }

  /** The file with the users; null: there is none. */
  get file(): string | null {
    return this.#host.config.get("aclfile") || null;
  }

  /** Why a client may not run a request, noted in the log; null if it may. */
  denial(
    client: Client,
    command: Command,
    words: readonly Bytes[],
    context: DenialContext,
  ): DenialReason | null {
    const { user } = client;
    const denial = denialOf(user, command, words);
    if (denial === null) return null;
    const { reason } = denial;
    const object = denial.object ?? fromText(command.lowerName);
    this.#note(client, reason, context, object, user.name);
    return reason;
  }

  /** Notes that a client has named a wrong password, or a user that is not there. @param object the command */
  noteFailure(client: Client, user: Bytes, object: Bytes): void {
    const { isOpen, isRunning } = client.transaction;
    this.#note(client, "auth", isOpen || isRunning ? "multi" : "toplevel", object, mapKey(user));
  }

  #note(
    client: Client,
    reason: DenialReason | "auth",
    context: DenialContext,
    object: Bytes,
    username: string,
  ): void {
    const clientInfo = this.#host.describe(client);
    this.log.add({ reason, context, object, username, clientInfo });
  }

  /**
   * ACL SETUSER.
   *
   * @param words rules in latin1
   * @throws {Error} one of them is none: nothing was changed
   */
  setUser(name: Bytes, words: readonly string[]): void {
    const staged = this.users.staged(mapKey(name), words);
    const before = this.users.find(name);
    if (before !== undefined) this.#closeSubscribers(before, staged);
    this.users.put(staged);
    this.#letIn();
  }

  /** ACL DELUSER. Answers how many there were. */
  deleteUsers(names: readonly Bytes[]): number {
    const users = names.flatMap((name) => this.users.find(name) ?? []);
    const gone = new Set(users);
    for (const user of gone) this.users.remove(user);
    this.#closeClientsOf(gone);
    return gone.size;
  }

  /**
   * Puts the users of the file in the place of all there are. As in Redis, clients of all users but `default` are closed.
   *
   * @throws {Error} the file cannot be read, or what is wrong with it, on one line: nothing was changed
   */
  load(): void {
    const file = this.file!;
    const users = this.users.parse(file, readUsers(file));
    const before = this.users.all().filter((user) => user !== this.users.default);
    this.users.replaceAll(users);
    this.#closeClientsOf(new Set(before));
    this.#letIn();
  }

  /** Loads the file of the start. @throws {ConfigError} as {@link load} */
  begin(): void {
    try {
      this.load();
    } catch (cause) {
      throw new ConfigError(`aclfile: ${messageOf(cause)}`, { cause });
    }
  }

  /**
   * Writes all users into the file, atomically.
   *
   * @throws {Error} the system's, or a user's words would be read as others; with the old file untouched
   */
  async save(): Promise<void> {
    const file = this.file!;
    const text = this.#textOf(this.users.all());
    // Whatever a pattern or a first word may hold: the next start has to find the same users.
    if (this.#textOf(this.users.parse(file, text)) !== text) {
      throw new Error("a name, a pattern or a word would be read as something else");
    }
    await replaceFile(file, fromMapKey(text), FILE_MODE);
  }

  #textOf(users: readonly User[]): string {
    return users.map((user) => `${this.users.line(user)}\n`).join("");
  }

  #setDefaultPassword(password: string): void {
    this.users.setDefaultPassword(fromText(password));
    this.#letIn();
  }

  /** When connections need no password any more, those that have given none may go on, too. */
  #letIn(): void {
    if (!this.isOpen) return;
    for (const client of this.#host.clients()) client.authenticated = true;
  }

  /** Closes connections whose user is gone; they may do nothing until they are. */
  #closeClientsOf(users: ReadonlySet<User>): void {
    for (const client of [...this.#host.clients()]) {
      if (!users.has(client.user)) continue;
      client.user = this.users.default;
      client.authenticated = false;
      client.kill();
    }
  }

  /** Closes connections that are subscribed to what their user may not read any more, as Redis finds them. */
  #closeSubscribers(before: User, after: User): void {
    if (after.selectors.some(({ allChannels }) => allChannels)) return;
    const channels = after.selectors.flatMap((selector) => selector.channels);
    const isKept = (old: ChannelPattern) => channels.some(({ text }) => text === old.text);
    const keepsAll = before.selectors.every(
      (selector) => !selector.allChannels && selector.channels.every(isKept),
    );
    if (keepsAll) return;
    for (const client of [...this.#host.clients()]) {
      if (client.user === before && !maySubscribe(client, channels)) client.kill();
    }
  }
}

/** Whether all that a client is subscribed to is within these channels. */
function maySubscribe({ subscriptions }: Client, channels: readonly ChannelPattern[]): boolean {
  return (["channel", "pattern", "shard"] as const).every((kind) =>
    subscriptions.names(kind).every((name) => allowsChannel(channels, name, kind === "pattern")),
  );
}

function readUsers(file: string): string {
  try {
    return mapKey(readFileSync(file));
  } catch (error) {
    const reason = isMissing(error) ? "No such file or directory" : messageOf(error);
    throw new Error(`Error loading ACLs, opening file '${file}': ${reason}`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
