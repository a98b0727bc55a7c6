/** What is known of a client apart from its connection's work: where it comes from, and what it has said of itself. */
import type { Client } from "../commands/client.ts";
import type { Protocol } from "../resp/reply-writer.ts";

export class ClientState {
  readonly id: number;
  readonly address: string;
  readonly localAddress: string;
  readonly isUnix: boolean;
  readonly createdAtMs = Date.now();
  lastActiveAtMs = Date.now();
  lastCommand = "NULL";
  /** When the next command starts: the end of the one before, so that one look at the clock serves both. */
  commandStartUs = 0;
  name = "";
  libraryName = "";
  libraryVersion = "";
  protocol: Protocol = 2;
  noEvict = false;
  noTouch = false;
  mayReplicate = false;
  hasWritten = false;

  constructor(id: number, addresses: Pick<Client, "address" | "localAddress" | "isUnix">) {
    this.id = id;
    this.address = addresses.address;
    this.localAddress = addresses.localAddress;
    this.isUnix = addresses.isUnix;
  }
}
