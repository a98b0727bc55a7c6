/** Runs `ledis` as a process of its own with something on stdin. */
import { join } from "node:path";

const MAIN = join(import.meta.dir, "../../src/main.ts");

export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end; texts are UTF-8. */
export async function runWithInput(
  input: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...environment },
  });
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, stdout, stderr };
}
