/**
 * A person's or script's session with a server: sends commands, prints their replies, and knows
 * what a connection forgets when it is lost: the database, the protocol, the password.
 */

import { type Bytes, toText } from "../../bytes/bytes.ts";
import { type Address, formatAddress } from "../../config/address.ts";
import { messageOf } from "../../errors.ts";
import type { ParsedReply } from "../../resp/parsed-reply.ts";
import { encodeRequest } from "../../resp/request-encoder.ts";
import { ClientConnection } from "../client-connection.ts";
import type { ServerOptions } from "../server-options.ts";
import type { TextOutput } from "../text-output.ts";
import { upperWord } from "./command-words.ts";

export interface SessionOptions extends ServerOptions {
  /** A reply as it is printed. `verbatim`: its command's texts are written for people. */
  readonly format: (reply: ParsedReply, verbatim: boolean) => string;
  /** Printed before a stream of messages; "" for nothing. */
  readonly streamNotice: string;
  /** Whether RESP3's pushes are printed that come between replies. */
  readonly showsPushes: boolean;
  /** Error replies go to stderr as they are, instead of being formatted. */
  readonly errorsApart: boolean;
}

/** `error`: the server answered one. `lost`: no reply came. */
export type Outcome = "ok" | "error" | "lost";

const SUBSCRIBING = new Set(["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"]);

/** Commands whose replies are texts for people; the second word is empty where any will do. */
const VERBATIM = new Set([
  ...["INFO ", "LOLWUT ", "CLIENT LIST", "CLIENT INFO", "MEMORY DOCTOR", "MEMORY MALLOC-STATS"],
  ...["LATENCY DOCTOR", "LATENCY GRAPH", "DEBUG HTSTATS", "DEBUG HTSTATS-KEY"],
  ...["CLUSTER INFO", "CLUSTER NODES"],
]);

function isVerbatim(words: readonly Bytes[]): boolean {
  const name = upperWord(words, 0);
  return VERBATIM.has(`${name} `) || VERBATIM.has(`${name} ${upperWord(words, 1)}`);
}

export class CliSession {
  address: Address;
  #user: string;
  #password: string;
  #protocol: 2 | 3;
  /** The one that the prompt shows. */
  database: number;
  inTransaction = false;
  /** The database to go back to when the transaction fails. */
  #databaseBefore = 0;
  #connection: ClientConnection | null = null;
  #interrupted = false;
  readonly #options: SessionOptions;
  readonly #output: TextOutput;

  constructor(options: SessionOptions, output: TextOutput) {
    this.#options = options;
    this.#output = output;
    this.address = options.address;
    this.#user = options.user;
    this.#password = options.password;
    this.#protocol = options.protocol;
    this.database = options.database;
  }

  get isConnected(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** What the prompt says of the session: `127.0.0.1:6380[2](TX)> `. */
  get prompt(): string {
    if (!this.isConnected) return "not connected> ";
    const database = this.database === 0 ? "" : `[${this.database}]`;
    return `${formatAddress(this.address)}${database}${this.inTransaction ? "(TX)" : ""}> `;
  }

  /**
   * The connection, made anew if it is lost; null, and a message, when nobody is there. Refused
   * passwords and databases are told too, and the connection used all the same.
   */
  async connect(): Promise<ClientConnection | null> {
    if (this.#connection?.isOpen) return this.#connection;
    this.inTransaction = false;
    try {
      const connection = await ClientConnection.open(this.address, this.#options.tls);
      await this.#introduce(connection);
      connection.onPush = (push) => {
        if (this.#options.showsPushes) this.#output.print(this.#options.format(push, false));
      };
      this.#connection = connection;
      return connection;
    } catch (error) {
      const where = formatAddress(this.address);
      this.#output.printError(`Could not connect to ${where}: ${messageOf(error)}\n`);
      return null;
    }
  }

  async #introduce(connection: ClientConnection): Promise<void> {
    if (this.#password !== "") {
      const user = this.#user === "" ? [] : [this.#user];
      const reply = await connection.call("AUTH", ...user, this.#password);
      if (reply.kind === "error") this.#output.printError(`AUTH failed: ${reply.text}\n`);
    }
    if (this.#protocol === 3) {
      const reply = await connection.call("HELLO", 3);
      if (reply.kind === "error") this.#output.printError(`HELLO 3 failed: ${reply.text}\n`);
    }
    if (this.database !== 0) {
      const reply = await connection.call("SELECT", this.database);
      if (reply.kind !== "error") return;
      this.#output.printError(`SELECT ${this.database} failed: ${reply.text}\n`);
      this.database = 0;
    }
  }

  /** Whether {@link interrupt} ended the last command. */
  get wasInterrupted(): boolean {
    return this.#interrupted;
  }

  /** Connects to another server; the password stays. */
  async reconnect(address: Address): Promise<void> {
    this.#connection?.close();
    this.address = address;
    this.database = 0;
    await this.connect();
  }

  /** Gives up the command under way: its connection is closed. */
  interrupt(): void {
    this.#interrupted = true;
    this.#connection?.close();
  }

  close(): void {
    this.#connection?.close();
  }

  /**
   * Sends a command and prints its reply; SUBSCRIBE and MONITOR print until {@link interrupt}.
   *
   * A connection that was lost before is made anew first. One that is lost while the reply is
   * awaited is told and not tried again: the command may have been executed.
   */
  async run(words: readonly Bytes[]): Promise<Outcome> {
    const connection = await this.connect();
    if (connection === null) return "lost";
    this.#interrupted = false;
    try {
      connection.send(encodeRequest(words));
      if (SUBSCRIBING.has(upperWord(words, 0)) && !this.inTransaction) {
        return await this.#stream(connection);
      }
      const reply = await this.#reply(connection, words);
      this.#print(reply, isVerbatim(words));
      this.#follow(words, reply);
      if (reply.kind === "error") return "error";
      if (upperWord(words, 0) === "MONITOR") return await this.#stream(connection);
      return "ok";
    } catch (error) {
      connection.close();
      if (this.#interrupted) return "ok";
      this.#output.printError(`Error: ${messageOf(error)}\n`);
      return "lost";
    }
  }

  /** In RESP3 UNSUBSCRIBE and its like are answered by pushes alone. */
  async #reply(connection: ClientConnection, words: readonly Bytes[]): Promise<ParsedReply> {
    const { onPush } = connection;
    if (/^[PS]?UNSUBSCRIBE$/.test(upperWord(words, 0))) connection.onPush = null;
    const reply = await connection.next();
    connection.onPush = onPush;
    return reply;
  }

  async #stream(connection: ClientConnection): Promise<Outcome> {
    this.#output.print(this.#options.streamNotice);
    connection.onPush = null;
    for (;;) {
      const reply = await connection.next();
      this.#print(reply, false);
      if (reply.kind !== "error") continue;
      connection.close();
      return "error";
    }
  }

  #print(reply: ParsedReply, verbatim: boolean): void {
    if (reply.kind === "error" && this.#options.errorsApart) {
      this.#output.printError(`${reply.text}\n`);
    } else {
      this.#output.print(this.#options.format(reply, verbatim));
    }
  }

  /** Learns from a command and its reply what the connection's state is now. */
  #follow(words: readonly Bytes[], reply: ParsedReply): void {
    const refused = reply.kind === "error";
    switch (upperWord(words, 0)) {
      case "SELECT":
        if (!refused) this.database = Number(toText(words[1]!));
        return;
      case "MULTI":
        if (refused) return;
        this.inTransaction = true;
        this.#databaseBefore = this.database;
        return;
      case "EXEC":
      case "DISCARD":
        if (!this.inTransaction) return;
        this.inTransaction = false;
        if (upperWord(words, 0) === "DISCARD" || reply.kind !== "array") {
          this.database = this.#databaseBefore;
        }
        return;
      case "RESET":
        if (refused) return;
        this.inTransaction = false;
        this.database = 0;
        this.#protocol = 2;
        return;
      case "HELLO":
        if (!refused && words.length > 1) this.#protocol = toText(words[1]!) === "3" ? 3 : 2;
        return;
      case "AUTH":
        if (refused || words.length < 2) return;
        this.#user = words.length > 2 ? toText(words[1]!) : "";
        this.#password = toText(words.at(-1)!);
        return;
      default:
    }
  }
}
