/** The whole gate: `npm run check`. Stops at the first failure. `--no-tests` leaves out the tests. */

import { join } from "node:path";

const root = join(import.meta.dir, "..");
const tool = (name: string): string => join(root, "node_modules/.bin", name);
const bun = process.execPath;

const steps: readonly (readonly [name: string, command: readonly string[]])[] = [
  ["format and lint", [tool("biome"), "check", "--error-on-warnings", "."]],
  ["types", [tool("tsc")]],
  ["layers", [bun, "scripts/check-layers.ts"]],
  ["docs fresh", [bun, "scripts/generate-docs.ts", "--check"]],
  ["tests", ["npm", "run", "--silent", "test"]],
];

const withTests = !process.argv.includes("--no-tests");

for (const [name, command] of steps.filter(([step]) => withTests || step !== "tests")) {
  console.log(`== ${name}`);
  const start = performance.now();
  const status = await Bun.spawn([...command], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  }).exited;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`== ${name}: ${status === 0 ? "ok" : `failed with status ${status}`}, ${seconds} s`);
  if (status !== 0) process.exit(1);
}
