/**
 * Builds dist/ledis: one executable with the runtime, the server and its workers inside.
 *
 * A worker is any file of src/ named `*-worker.ts`. It is started from a file of the same folder
 * with `new Worker(new URL("./x-worker.ts", import.meta.url))`. From source that is its path. In
 * the executable the main program has one URL, right below the root of the embedded files, so
 * `naming` puts each worker there too; that is why the file names of workers must differ.
 */

import { unlinkSync } from "node:fs";
import { basename, join } from "node:path";

const root = join(import.meta.dir, "..");
const outfile = join(root, "dist/ledis");
const workers = [...new Bun.Glob("src/**/*-worker.ts").scanSync(root)].sort();

if (new Set(workers.map((file) => basename(file))).size < workers.length) {
  throw new Error(`Two workers share a file name: ${workers.join(", ")}`);
}

const { outputs } = await Bun.build({
  entrypoints: ["src/main.ts", ...workers].map((file) => join(root, file)),
  target: "bun",
  naming: { entry: "[name].[ext]" },
  minify: { syntax: true },
  // Compiled beforehand: a start takes half of the processor time, a health check a fifth.
  bytecode: true,
  // Embedded, so that stacks name the lines of src/. The copies beside the executable are not needed.
  sourcemap: "inline",
  // A stray bunfig.toml or .env in the working directory must not change or stop the server.
  compile: { outfile, autoloadBunfig: false, autoloadDotenv: false },
});
for (const { kind, path } of outputs) if (kind === "sourcemap") unlinkSync(path);

console.log(`${outfile}: ${Math.round(Bun.file(outfile).size / 1024 ** 2)} MiB`);
