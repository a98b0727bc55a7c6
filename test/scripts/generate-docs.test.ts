import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pages } from "../../scripts/generate-docs.ts";

test.each(pages.map((page) => [page.path, page] as const))("%s is fresh", (path, { render }) => {
  expect(readFileSync(join(import.meta.dir, "../..", path), "utf8")).toBe(render());
});
