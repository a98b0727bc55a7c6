/** Writes streams as Redis 7.0 does: see stream-entries.ts and stream-groups.ts for the layout. */
import { type Bytes, equalBytes, mapKey } from "../bytes/bytes.ts";
import { msOf, seqOf } from "../bytes/stream-id.ts";
import { ListpackWriter } from "./listpack-writer.ts";
import type { RdbGroup, RdbStreamEntry, RdbStreamHead } from "./rdb-stream.ts";
import type { RdbWriter } from "./rdb-writer.ts";
import { FIXED_ELEMENTS, FLAG_SAME_FIELDS } from "./stream-entries.ts";

/** What a node holds at most, unless its first entry alone is longer. As Redis's defaults have it. */
const NODE_ENTRIES_MAX = 100;
const NODE_BYTES_MAX = 4096;

/** A stream to be written. */
export interface StreamParts {
  readonly head: RdbStreamHead;
  /** The first entry's id; 0-0: there is none. */
  readonly firstId: Bytes;
  /** As many as `head` says, in order; gone through once. */
  readonly entries: Iterable<RdbStreamEntry>;
  /** In the order of their names, as are their consumers. */
  readonly groups: Iterable<RdbGroup>;
}

/**
 * Writes a stream, of type RDB_STREAM_LISTPACKS_2 and `VERSION_WITH_STREAMS`. Entries take their memory twice for a
 * while.
 *
 * @throws {RdbFullError} it does not fit
 */
export function writeStream(writer: RdbWriter, stream: StreamParts): void {
  const { head, firstId, entries, groups } = stream;
  writeNodes(writer, entries);
  writer.length(head.length);
  writeId(writer, head.lastId);
  writeId(writer, firstId);
  writeId(writer, head.maxDeletedId);
  writer.bigLength(head.entriesAdded);
  const groupWriter = writer.part();
  let count = 0;
  for (const group of groups) {
    writeGroup(groupWriter, group);
    count++;
  }
  writer.length(count);
  writer.raw(groupWriter.bytes);
}

function writeNodes(writer: RdbWriter, entries: Iterable<RdbStreamEntry>): void {
  const nodes = writer.part();
  let count = 0;
  let node: Node | null = null;
  for (const entry of entries) {
    if (node === null || !node.hasRoom(entry)) {
      node?.write(nodes);
      node = new Node(nodes.part(), entry);
      count++;
    }
    node.add(entry);
  }
  node?.write(nodes);
  writer.length(count);
  writer.raw(nodes.bytes);
}

/** Entries that are being put into one listpack. */
class Node {
  readonly #listpack: ListpackWriter;
  readonly #masterId: Bytes;
  readonly #names: readonly Bytes[];
  #count = 0;

  /** @param first the entry that gives the id and the fields that stand in front; still to be added */
  constructor(writer: RdbWriter, first: RdbStreamEntry) {
    this.#listpack = new ListpackWriter(writer);
    this.#masterId = first.id;
    this.#names = first.fields.filter((_, i) => i % 2 === 0);
    this.#listpack.integer(0);
    this.#listpack.integer(0);
    this.#listpack.integer(this.#names.length);
    for (const name of this.#names) this.#listpack.string(name);
    this.#listpack.integer(0);
  }

  /** Whether Redis would put the entry here: it counts the bytes of the fields only. */
  hasRoom({ fields }: RdbStreamEntry): boolean {
    if (this.#count >= NODE_ENTRIES_MAX) return false;
    let length = this.#listpack.length;
    for (const part of fields) length += part.length;
    return length < NODE_BYTES_MAX;
  }

  add({ id, fields }: RdbStreamEntry): void {
    const listpack = this.#listpack;
    const isSame = this.#hasNames(fields);
    listpack.integer(isSame ? FLAG_SAME_FIELDS : 0);
    listpack.integer(BigInt.asIntN(64, msOf(id) - msOf(this.#masterId)));
    listpack.integer(BigInt.asIntN(64, seqOf(id) - seqOf(this.#masterId)));
    if (!isSame) listpack.integer(fields.length / 2);
    for (let i = isSame ? 1 : 0; i < fields.length; i += isSame ? 2 : 1) {
      listpack.string(fields[i]!);
    }
    listpack.integer(FIXED_ELEMENTS + (isSame ? fields.length / 2 : fields.length + 1));
    listpack.replaceFirst(++this.#count);
  }

  write(writer: RdbWriter): void {
    writer.string(this.#masterId);
    writer.string(this.#listpack.finish());
  }

  #hasNames(fields: readonly Bytes[]): boolean {
    const names = this.#names;
    return (
      fields.length === names.length * 2 &&
      names.every((name, i) => equalBytes(name, fields[i * 2]!))
    );
  }
}

function writeGroup(writer: RdbWriter, group: RdbGroup): void {
  writer.string(group.name);
  writeId(writer, group.lastId);
  writer.bigLength(BigInt.asUintN(64, group.entriesRead));
  writer.length(group.pending.length);
  for (const { id, deliveredAtMs, deliveries } of group.pending) {
    writer.raw(id);
    writer.uint64(deliveredAtMs);
    writer.length(deliveries);
  }
  const owned = idsByConsumer(group);
  writer.length(group.consumers.length);
  for (const { name, seenAtMs } of group.consumers) {
    const ids = owned.get(mapKey(name)) ?? [];
    writer.string(name);
    writer.uint64(seenAtMs);
    writer.length(ids.length);
    for (const id of ids) writer.raw(id);
  }
}

/** What each consumer has, by the `mapKey` of its name. */
function idsByConsumer({ pending }: RdbGroup): Map<string, Bytes[]> {
  const owned = new Map<string, Bytes[]>();
  for (const { id, consumer } of pending) {
    const key = mapKey(consumer);
    const ids = owned.get(key);
    if (ids === undefined) owned.set(key, [id]);
    else ids.push(id);
  }
  return owned;
}

/** An id of which both parts are written as lengths. */
function writeId(writer: RdbWriter, id: Bytes): void {
  writer.bigLength(msOf(id));
  writer.bigLength(seqOf(id));
}
