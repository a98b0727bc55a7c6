import { expect, test } from "bun:test";
import { join } from "node:path";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const root = join(import.meta.dir, "../..");

/** Runs the example to its own end; answers what it printed. */
async function run(
  directory: string,
): Promise<{ status: number; lines: string[]; errors: string }> {
  const child = Bun.spawn([process.execPath, join(root, "examples/embedded.ts"), "data"], {
    cwd: directory,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, lines: output.trimEnd().split("\n"), errors };
}

test("the example runs, ends by itself, and finds its data when it runs again", async () => {
  using directory = temporaryDirectory();
  for (const visit of ["visit 1", "visit 2", "visit 3"]) {
    expect(await run(directory.path)).toEqual({
      status: 0,
      lines: [
        visit,
        "hello, wörld (13 bytes)",
        "in the other database: null",
        "seen on 2 days",
        "ERR value is not an integer or out of range",
        "committed",
        "kept: hello, wörld",
      ],
      errors: "",
    });
  }
});
