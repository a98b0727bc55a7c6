/**
 * Replays commands with the replies expected of them, recorded from Redis 7.0 and LedisDB v0.1 and merged by the
 * rule of docs/differences.md. An argument or reply is a text of one character per byte, `{rep, times}`, or a list
 * of both that is joined; "error" is any error; "any" is not checked.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startServer } from "../support/start-server.ts";

type Spec = string | { rep: string; times: number } | readonly Spec[];

interface Expectation {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly items?: Spec;
  readonly pairs?: Spec;
}

interface Line {
  readonly case: string;
  readonly cmd: readonly (Spec | null)[];
  readonly expect: Spec | Expectation;
  readonly wait_ms?: number;
}

function expand(spec: Spec): string {
  if (typeof spec === "string") return spec;
  if ("rep" in spec) return spec.rep.repeat(spec.times);
  return spec.map(expand).join("");
}

/** The elements of a flat array reply, `width` at a time, in an order of their own. */
function unordered(wire: string, width: number): string[] {
  const elements: string[] = [];
  let at = wire.indexOf("\r\n") + 2;
  while (at < wire.length) {
    const lineEnd = wire.indexOf("\r\n", at) + 2;
    const length = wire[at] === "$" ? Number(wire.slice(at + 1, lineEnd - 2)) : -1;
    const end = length < 0 ? lineEnd : lineEnd + length + 2;
    elements.push(wire.slice(at, end));
    at = end;
  }
  const groups: string[] = [];
  for (let i = 0; i < elements.length; i += width) {
    groups.push(elements.slice(i, i + width).join(""));
  }
  return groups.sort();
}

function matches(expected: Line["expect"], wire: string): boolean {
  if (expected === "error") return wire.startsWith("-");
  if (typeof expected === "string" || !("type" in expected)) return expand(expected) === wire;
  if (!wire.startsWith(expected.type)) return false;
  const number = Number(wire.slice(1));
  if (expected.min !== undefined && !(number >= expected.min)) return false;
  if (expected.max !== undefined && !(number <= expected.max)) return false;
  const { items, pairs } = expected;
  const sameItems = (spec: Spec, width: number) =>
    Bun.deepEquals(unordered(wire, width), unordered(expand(spec), width));
  return (
    (items === undefined || sameItems(items, 1)) && (pairs === undefined || sameItems(pairs, 2))
  );
}

/** Consecutive lines of one name: they share a connection. */
function casesOf(lines: readonly Line[]): Line[][] {
  const cases: Line[][] = [];
  for (const line of lines) {
    if (cases.at(-1)?.[0]?.case === line.case) cases.at(-1)!.push(line);
    else cases.push([line]);
  }
  return cases;
}

describe("golden replies", () => {
  for (const name of readdirSync(import.meta.dir).filter((file) => file.endsWith(".jsonl"))) {
    test(`${name} replays without a difference`, async () => {
      const text = readFileSync(join(import.meta.dir, name), "utf8");
      const lines = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Line);
      await using server = await startServer();
      const differences: unknown[] = [];
      for (const group of casesOf(lines)) {
        let client = await server.connect();
        for (const { cmd, expect: expected, wait_ms } of group) {
          if (expected === "any") continue;
          if (wait_ms !== undefined) await Bun.sleep(wait_ms);
          const words = cmd.map((word) => (word === null ? null : expand(word)));
          if (words.includes(null)) continue;
          const wire = await client.wire(...words.map((word) => Buffer.from(word ?? "", "latin1")));
          if (words[0] === "QUIT") client = await server.connect();
          if (!matches(expected, wire))
            differences.push({ case: group[0]!.case, words, expected, wire });
        }
      }
      expect(differences).toEqual([]);
    }, 60_000);
  }
});
