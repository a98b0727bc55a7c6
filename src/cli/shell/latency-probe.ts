/** `ledis cli --latency`: how long a PING takes, over and over. */
import type { ClientConnection } from "../client-connection.ts";
import type { TextOutput } from "../text-output.ts";

/** Between two PINGs, as redis-cli. */
const PAUSE_MS = 10;

export interface LatencyProbe {
  /** On a terminal it runs for ever and shows a line that changes; else it ends and prints once. */
  readonly live: boolean;
  /** How long it takes when it is not live. */
  readonly seconds: number;
}

/** Samples and prints whole milliseconds: least, most, average, count; answers the exit status. */
export async function probeLatency(
  connection: ClientConnection,
  { live, seconds }: LatencyProbe,
  output: TextOutput,
): Promise<number> {
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  let sum = 0;
  let count = 0;
  const end = performance.now() + seconds * 1000;
  do {
    const start = performance.now();
    await connection.call("PING");
    const tookMs = Math.floor(performance.now() - start);
    min = Math.min(min, tookMs);
    max = Math.max(max, tookMs);
    sum += tookMs;
    count++;
    const average = (sum / count).toFixed(2);
    if (live)
      output.print(`\x1b[0G\x1b[2Kmin: ${min}, max: ${max}, avg: ${average} (${count} samples)`);
    await Bun.sleep(PAUSE_MS);
  } while (live || performance.now() < end);
  output.print(`${min} ${max} ${(sum / count).toFixed(2)} ${count}\n`);
  return 0;
}
