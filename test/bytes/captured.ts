/**
 * Tables of what redis-server 7.0.15 (x86-64, glibc) answered, one JSON value per line:
 * `redis-doubles.jsonl` (ZADD z <text> m; ZSCORE z m: null when refused),
 * `redis-long-doubles.jsonl` (SET s <a>; INCRBYFLOAT s <b>: reply or error),
 * `redis-globs.jsonl` (first line: keys in hex; then pattern in hex and, per key, whether KEYS
 * lists it).
 */
import { readFileSync } from "node:fs";

/** The values of one table. */
export function readCaptured(name: string): unknown[] {
  const lines = readFileSync(new URL(name, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line): unknown => JSON.parse(line));
}
