/**
 * The layers of src/: a folder imports only folders before it in `layers`, or a leaf; leaves
 * import only leaves. Folders within a layer import each other in one direction. Type imports count. Two
 * capabilities belong to certain layers alone.
 */

import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

const layers =
  "bytes rdb binlog keyspace database resp lua commands net replication server cli".split(" ");
const leaves = ["errors.ts", "log.ts", "clock.ts", "version.ts", "config"];
const top = "main.ts";

const capabilities = [
  { what: "SQLite", uses: /["']bun:sqlite["']/, allowed: ["keyspace"] },
  {
    what: "sockets",
    uses: /\bBun\.(listen|connect|serve|udpSocket)\b|\bfrom\s+["'](node:)?(net|tls|dgram|https?)["']/,
    allowed: ["net", "server"],
  },
];

/** Height of a folder or file right below src/: 0 for leaves; null when it has no place. */
function heightOf(name: string): number | null {
  if (leaves.includes(name)) return 0;
  if (name === top) return layers.length + 1;
  return layers.includes(name) ? layers.indexOf(name) + 1 : null;
}

/** The file that a line of another one imports, from src/; null: none of this tree. */
function importedBy(file: string, line: string): string | null {
  const target = /(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']*)["']/.exec(line)?.[1];
  return target === undefined ? null : posix.join(posix.dirname(file), target);
}

/** The folder within a layer in which a file is; null: right below the layer. */
function innerFolderOf(file: string): string | null {
  const parts = file.split("/");
  return parts.length < 3 ? null : `${parts[0]}/${parts[1]}`;
}

/** Imports between folders of the same layer that go in circles. */
function circlesIn(texts: ReadonlyMap<string, string>): string[] {
  const imports = new Map<string, Map<string, string>>();
  for (const [file, text] of texts) {
    const from = innerFolderOf(file);
    if (from === null) continue;
    for (const [index, line] of text.split("\n").entries()) {
      const to = innerFolderOf(importedBy(file, line) ?? "");
      if (to === null || to === from || posix.dirname(to) !== posix.dirname(from)) continue;
      const places = imports.get(from) ?? new Map<string, string>();
      imports.set(from, places.set(to, places.get(to) ?? `${file}:${index + 1}`));
    }
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(imports.get(from)?.keys() ?? [])].some((next) => reaches(next, to, seen));
  };
  return [...imports].flatMap(([from, places]) =>
    [...places]
      .filter(([to]) => reaches(to, from))
      .map(([to, place]) => `${place} imports ${to}, which imports ${from} in turn`),
  );
}

function violationsOf(file: string, text: string): string[] {
  const [name = ""] = file.split("/");
  const height = heightOf(name);
  if (height === null) return [`${file}: "${name}" has no place in the layers`];
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*(\*|\/[/*])/.test(line)) return [];
    const place = `${file}:${index + 1}`;
    const forbidden = capabilities
      .filter(({ uses, allowed }) => uses.test(line) && !allowed.includes(name))
      .map(({ what, allowed }) => `${place} uses ${what}, which is for ${allowed.join(", ")} only`);
    const target = importedBy(file, line);
    if (target === null) return forbidden;
    const [imported = ""] = target.split("/");
    const allowed =
      imported === name || imported === ".." || (heightOf(imported) ?? Infinity) < (height || 1);
    return allowed ? forbidden : [...forbidden, `${place} imports ${imported}, which is above it`];
  });
}

/**
 * What breaks the rules, one line each; empty when nothing does.
 *
 * @param root the folder that holds the layers
 */
export function findLayerViolations(root: string): string[] {
  const files = [...new Bun.Glob("**/*.ts").scanSync(root)].sort();
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  return [...[...texts].flatMap(([file, text]) => violationsOf(file, text)), ...circlesIn(texts)];
}

if (import.meta.main) {
  const violations = findLayerViolations(join(import.meta.dir, "../src"));
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
