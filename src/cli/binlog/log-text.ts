/** Rows of the log as lines for people, and as JSON for programs. */
import type { FileHeader } from "../../binlog/event.ts";
import { type Bytes, toText } from "../../bytes/bytes.ts";
import { quoteGo } from "../../bytes/quote.ts";
import type { LoggedRow, Shown } from "./log-row.ts";

const twoDigits = (value: number): string => `${value}`.padStart(2, "0");

/** `2026-11-22 15:16:53`, local time. @param seconds unix time */
export function formatDateTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  const date = [time.getFullYear(), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())];
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return `${date.join("-")} ${parts.map(twoDigits).join(":")}`;
}

/** Unix seconds of `2026-11-22 15:16:53`, local time; null: that is no such time. */
export function parseDateTime(text: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)$/.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    ...number[],
  ];
  const time = new Date(year, month! - 1, day, hour, minute, second);
  const seconds = time.getTime() / 1000;
  return formatDateTime(seconds) === text.replace("T", " ") ? seconds : null;
}

/** As LedisDB printed it: `2014-07-24 15:16:53 PUT DB: 0 kv "a" "1"`. */
export function rowText(row: LoggedRow): string {
  const database = row.database === null ? " ?" : `${row.database}`.padStart(2);
  const words = [
    formatDateTime(row.time),
    row.isPut ? "PUT" : "DELETE",
    `DB:${database}`,
    row.name,
  ];
  if (row.key !== null) words.push(quoteGo(row.key));
  else if (row.id !== 0) words.push(`#${row.id}`);
  for (const [, value] of row.details) words.push(shownText(value));
  if (row.expireAt !== 0) words.push(`expires ${formatDateTime(Math.floor(row.expireAt / 1000))}`);
  return words.join(" ");
}

function shownText(value: Shown): string {
  return typeof value === "number" ? numberText(value) : quoteGo(value);
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  return value > 0 ? "inf" : "-inf";
}

/**
 * One JSON object; byte strings that are no UTF-8 become `{"base64": "..."}`.
 *
 * @param place what the object begins with: where the row stands
 */
export function rowJson(row: LoggedRow, place: Readonly<Record<string, number | string>>): string {
  const fields: Record<string, unknown> = {
    ...place,
    time: row.time,
    event: row.isPut ? "put" : "delete",
    db: row.database,
    name: row.name,
  };
  if (row.key !== null) fields["key"] = shownJson(row.key);
  if (row.id !== 0) fields["id"] = row.id;
  for (const [name, value] of row.details) fields[name] = shownJson(value);
  if (row.expireAt !== 0) fields["expire_at"] = row.expireAt;
  return JSON.stringify(fields);
}

function shownJson(value: Shown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : numberText(value);
  return bytesJson(value);
}

function bytesJson(bytes: Bytes): unknown {
  const text = toText(bytes);
  if (Buffer.compare(Buffer.from(text), bytes) === 0) return text;
  return { base64: Buffer.from(bytes).toString("base64") };
}

/** @param time unix seconds */
export function headerText(name: string, header: FileHeader, time: number): string {
  const { version, base, historyId } = header;
  const history = Buffer.from(historyId).toString("hex");
  return `# ${name}: format ${version}, begun ${formatDateTime(time)}, base ${base}, history ${history}`;
}

export function headerJson(header: FileHeader, time: number): string {
  const { version, fileNumber, base, historyId } = header;
  const history = Buffer.from(historyId).toString("hex");
  return JSON.stringify({ file: fileNumber, time, event: "file", version, base, history });
}
