/** A Redis master as a client of this server: what commands see of whoever sent them. */
import { SUPERUSER } from "../../commands/acl/user.ts";
import type { Client, Transaction } from "../../commands/client.ts";
import { UNTRACKED } from "../../commands/connection/tracking-options.ts";
import type { Context, Server } from "../../commands/context.ts";
import type { DB } from "../../database/db.ts";
import type { Ledis } from "../../database/ledis.ts";
import type { ForeignDatabases } from "../foreign/foreign-databases.ts";

/** Its transactions are taken apart before its commands run. */
const NO_TRANSACTION: Transaction = {
  isOpen: false,
  isRunning: true,
  isDirty: false,
  count: 0,
  bytes: 0,
  begin() {},
  discard() {},
  execute: () => null,
  watch() {},
  unwatch() {},
};

export class MasterClient implements Client, Context {
  readonly #databases: ForeignDatabases;
  readonly server: Server;
  readonly id = 0;
  readonly address: string;
  readonly localAddress = "";
  readonly isUnix = false;
  readonly createdAtMs = Date.now();
  readonly lastActiveAtMs = Date.now();
  readonly lastCommand = "NULL";
  readonly isBlocked = false;
  readonly isClosing = false;
  readonly fd = -1;
  readonly inputBytes = 0;
  readonly outputBytes = 0;
  readonly transaction = NO_TRANSACTION;
  readonly subscriptions = {
    count: () => 0,
    names: () => [],
    add() {},
    remove() {},
    clear() {},
    check() {},
  };
  readonly tracking = UNTRACKED;
  readonly isSubscriber = false;
  /** What it says was done elsewhere: it is done here to its end, at once. */
  readonly mayWait = false;
  readonly isSlave = false;
  readonly protocol = 2;
  isMonitor = false;
  name = "";
  libraryName = "";
  libraryVersion = "";
  user = SUPERUSER;
  authenticated = true;
  noEvict = false;
  noTouch = false;
  mayReplicate = false;
  hasWritten = false;
  database = 0;

  /** @param address the master, as `host:port` */
  constructor(address: string, server: Server, databases: ForeignDatabases) {
    this.address = address;
    this.server = server;
    this.#databases = databases;
  }

  get client(): Client {
    return this;
  }

  get ledis(): Ledis {
    return this.#databases.ledis;
  }

  get db(): DB {
    return this.#databases.at(this.database);
  }

  /** @throws {LinkError} there is no such database here */
  select(database: number): void {
    this.#databases.at(database);
    this.database = database;
  }

  setReplyMode(): void {}
  closeAfterReply(): void {}
  kill(): void {}
  unblock(): boolean {
    return false;
  }
  onUnblock(): void {}
}
