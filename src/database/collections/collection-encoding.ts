/**
 * What OBJECT ENCODING says of collections: the representation that Redis 7.0 with its default thresholds would
 * give to one that is built as it is now. Redis never goes back from a large form to a small one; here nothing is
 * remembered of how a collection has grown.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { parseInt64 } from "../../bytes/integer.ts";
import { TYPE_HASH, TYPE_SET, TYPE_ZSET } from "../../keyspace/rows/key-row.ts";
import { KIND_HASH, KIND_SET, KIND_ZSET } from "../../keyspace/rows/row-key.ts";
import { typeEncoding } from "../key-table/type-names.ts";
import type { Collections } from "./collections.ts";

/** Longest member, field or value of a listpack: `hash-max-listpack-value`, `zset-max-listpack-value`. */
const COMPACT_BYTES_MAX = 64;

interface CompactForm {
  readonly name: string;
  readonly kind: number;
  /** Most elements. */
  readonly sizeMax: number;
  /** Whether an element may be in it. */
  allows(rest: Bytes, value: Bytes): boolean;
}

const COMPACT_FORMS: ReadonlyMap<number, CompactForm> = new Map([
  [
    TYPE_HASH,
    {
      name: "listpack",
      kind: KIND_HASH,
      sizeMax: 512,
      allows: (field, value) =>
        field.length <= COMPACT_BYTES_MAX && value.length <= COMPACT_BYTES_MAX,
    } satisfies CompactForm,
  ],
  [
    TYPE_SET,
    {
      name: "intset",
      kind: KIND_SET,
      sizeMax: 512,
      allows: (member) => parseInt64(member) !== null,
    } satisfies CompactForm,
  ],
  [
    TYPE_ZSET,
    {
      name: "listpack",
      kind: KIND_ZSET,
      sizeMax: 128,
      allows: (member) => member.length <= COMPACT_BYTES_MAX,
    } satisfies CompactForm,
  ],
]);

/** The encoding's name. Looks at the elements only where there are few. */
export function collectionEncoding(
  collections: Collections,
  type: number,
  id: number,
  size: number,
): string {
  const form = COMPACT_FORMS.get(type);
  if (form === undefined || size > form.sizeMax) return typeEncoding(type);
  const walk = collections.walk(form.kind, id, { expected: size });
  while (walk.next()) {
    if (!form.allows(walk.rest, walk.value)) return typeEncoding(type);
  }
  return form.name;
}
