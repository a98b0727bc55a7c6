/** Copies of all rows, block by block, wherever they come from: a server, a data directory, a dump. */
import { randomBytes } from "node:crypto";
import type { LogPosition } from "../../binlog/position.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { DumpReader } from "../../keyspace/snapshots/dump-file.ts";
import type { Snapshot } from "../../keyspace/snapshots/snapshot.ts";
import { decodeSnapshotHead } from "../../keyspace/snapshots/snapshot-format.ts";
import type { ParsedReply } from "../../resp/parsed-reply.ts";
import { openOffline, requireDatabase } from "../offline.ts";
import type { ServerConnection } from "../server-connection.ts";

/** Version of what two servers say to each other. */
const PROTOCOL = 1;
/** Blocks asked for ahead: one is under way while the other is written. */
const AHEAD = 2;
const RUN_ID_BYTES = 20;

export interface CopySource extends AsyncDisposable {
  /** What the copy begins with; see keyspace/snapshots/snapshot-format.ts. */
  readonly head: Bytes;
  /** The rows are the log's state up to here. */
  readonly position: LogPosition;
  /** The next block; null: none came behind the last. @throws {StorageError} lost, refused, cut short */
  next(): Promise<Bytes | null>;
}

/** Ends when the consumer has had the end block. */
class ServerCopy implements CopySource {
  readonly #connection: ServerConnection;
  readonly #coming: Promise<ParsedReply>[] = [];
  readonly head: Bytes;
  readonly position: LogPosition;

  constructor(connection: ServerConnection, head: Bytes) {
    this.#connection = connection;
    this.head = head;
    this.position = decodeSnapshotHead(head).position;
  }

  async next(): Promise<Bytes | null> {
    while (this.#coming.length < AHEAD) {
      this.#coming.push(this.#connection.ask("FULLSYNC", "NEXT"));
      this.#coming.at(-1)!.catch(() => {});
    }
    const reply = await this.#coming.shift()!;
    if (reply.kind === "null") return null;
    if (reply.kind === "bulk") return reply.bytes;
    throw this.#connection.failure("FULLSYNC NEXT was answered by something else than a block");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
  }
}

/** @throws {StorageError} it is no ledis server, or refuses */
export async function copyFromServer(connection: ServerConnection): Promise<CopySource> {
  const runId = randomBytes(RUN_ID_BYTES).toString("hex");
  const greeting = await connection.call("REPLCONF", "HELLO", PROTOCOL, runId, 0);
  if (greeting.kind === "error" && /^(NOAUTH|NOPERM|LOADING) /.test(greeting.text)) {
    throw connection.failure(greeting.text);
  }
  if (greeting.kind !== "array") {
    const said = greeting.kind === "error" ? `: ${greeting.text}` : "";
    throw connection.failure(`it is no ledis server that can be copied from${said}`);
  }
  const head = await connection.ask("FULLSYNC");
  if (head.kind !== "bulk") throw connection.failure("FULLSYNC was not answered by a copy");
  return new ServerCopy(connection, head.bytes);
}

class DirectoryCopy implements CopySource {
  readonly #keyspace: Keyspace;
  readonly #snapshot: Snapshot;
  #cursor: Bytes | null = null;
  #isAtEnd = false;

  constructor(keyspace: Keyspace, snapshot: Snapshot) {
    this.#keyspace = keyspace;
    this.#snapshot = snapshot;
  }

  get head(): Bytes {
    return this.#snapshot.head;
  }

  get position(): LogPosition {
    return this.#snapshot.position;
  }

  async next(): Promise<Bytes | null> {
    if (this.#isAtEnd) return null;
    const { block, next } = await this.#snapshot.read(this.#cursor);
    this.#cursor = next;
    this.#isAtEnd = next === null;
    return block;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#snapshot.close();
    await this.#keyspace.close();
  }
}

/** Opens the directory as a server's start does. @throws {StorageError} in use, not there, damaged */
export async function copyFromDirectory(directory: string): Promise<CopySource> {
  requireDatabase(directory);
  const keyspace = await openOffline(directory);
  try {
    return new DirectoryCopy(keyspace, await keyspace.snapshot());
  } catch (error) {
    await keyspace.close();
    throw error;
  }
}

export class DumpCopy implements CopySource {
  readonly #reader: DumpReader;

  /** @throws {StorageError} no dump, damaged, or newer @throws the file cannot be read */
  constructor(path: string) {
    this.#reader = new DumpReader(path);
  }

  get head(): Bytes {
    return this.#reader.headBytes;
  }

  get position(): LogPosition {
    return this.#reader.head.position;
  }

  get size(): number {
    return this.#reader.size;
  }

  /** Bytes read so far. */
  get at(): number {
    return this.#reader.at;
  }

  async next(): Promise<Bytes | null> {
    return this.#reader.next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.close();
  }
}
