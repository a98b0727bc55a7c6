/**
 * Writes the pages of docs/ that follow from data in src/. `--check` writes nothing and exits
 * with 1 when a page is stale.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderCommandsPage } from "./commands-page.ts";
import { renderConfigPage } from "./config-page.ts";

/** Each generated page, and what renders its whole text. */
export const pages: readonly { readonly path: string; readonly render: () => string }[] = [
  { path: "docs/commands.md", render: renderCommandsPage },
  { path: "docs/config.md", render: renderConfigPage },
];

const root = join(import.meta.dir, "..");

if (import.meta.main) {
  const stale = pages.filter(({ path, render }) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, "utf8") !== render();
  });
  const checking = process.argv.includes("--check");
  for (const { path, render } of stale) {
    if (checking) console.error(`${path} is stale: run "npm run docs"`);
    else writeFileSync(join(root, path), render());
  }
  process.exitCode = checking && stale.length > 0 ? 1 : 0;
}
