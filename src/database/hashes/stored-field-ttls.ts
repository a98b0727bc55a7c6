/** TTLs of hash fields as they stand in SQLite: deadlines by field, fields by deadline, and what the hash says of them. */
import { type Bytes, concatBytes, EMPTY, equalBytes } from "../../bytes/bytes.ts";
import { KIND_FIELD_DUE, KIND_FIELD_TTL, KIND_HASH, readU48 } from "../../keyspace/rows/row-key.ts";
import { elementsOf, type StoredRows } from "../../keyspace/sqlite/stored-rows.ts";
import { fieldTtlSummary } from "./field-ttls.ts";

const DEADLINE_BYTES = 6;

/** What is wrong; null: nothing. @param extra what the key row keeps behind the size */
export function checkFieldTtls(rows: StoredRows, id: number, extra: Bytes): string | null {
  const deadlines = rows.count(KIND_FIELD_TTL, id)?.count ?? 0;
  const due = rows.count(KIND_FIELD_DUE, id);
  if ((due?.count ?? 0) !== deadlines) return "its fields' TTLs are not the same in both orders";
  const said = extra.length === 0 ? 0 : readU48(extra, DEADLINE_BYTES);
  if (said !== deadlines) return `it says ${said} fields with a TTL, ${deadlines} are there`;
  if (due === null) return null;
  const [earliest, latest] = [readU48(due.first, 0), readU48(due.last, 0)];
  if (earliest < readU48(extra, 0) || latest > readU48(extra, 2 * DEADLINE_BYTES)) {
    return "a field ends at another time than the hash says";
  }
  for (const { rest, value } of elementsOf(rows, KIND_FIELD_TTL, id)) {
    const isWhole =
      rows.get(KIND_HASH, id, rest) !== null &&
      rows.get(KIND_FIELD_DUE, id, concatBytes(value, rest)) !== null;
    if (!isWhole) return "a field's TTL has no field, or is not the same in both orders";
  }
  return null;
}

/** Keeps the deadline of each field that is there; answers what the key row has to keep. */
export function mendFieldTtls(rows: StoredRows, id: number): Bytes {
  let [earliest, count, latest] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const { rest, value } of elementsOf(rows, KIND_FIELD_TTL, id)) {
    if (value.length !== DEADLINE_BYTES || rows.get(KIND_HASH, id, rest) === null) {
      rows.delete(KIND_FIELD_TTL, id, rest);
      continue;
    }
    rows.put(KIND_FIELD_DUE, id, concatBytes(value, rest), EMPTY);
    const atMs = readU48(value, 0);
    earliest = Math.min(earliest, atMs);
    latest = Math.max(latest, atMs);
    count++;
  }
  for (const { rest } of elementsOf(rows, KIND_FIELD_DUE, id)) {
    const deadline = rows.get(KIND_FIELD_TTL, id, rest.subarray(DEADLINE_BYTES));
    const isRight = deadline !== null && equalBytes(deadline, rest.subarray(0, DEADLINE_BYTES));
    if (!isRight) rows.delete(KIND_FIELD_DUE, id, rest);
  }
  return count === 0 ? EMPTY : fieldTtlSummary(earliest, count, latest);
}
