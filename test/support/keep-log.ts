/** Keeps the process log off stderr, for tests that do what is worth a warning, or look at what it says. */
import { afterEach, beforeEach } from "bun:test";
import { log } from "../../src/log.ts";

/** Keeps the log of each test of the file that calls this, outside of its tests; answers the present test's lines. */
export function keepLog(): readonly string[] {
  const lines: string[] = [];
  const { sink } = log;
  beforeEach(() => {
    lines.length = 0;
    log.sink = (line) => void lines.push(line);
  });
  afterEach(() => {
    log.sink = sink;
  });
  return lines;
}
