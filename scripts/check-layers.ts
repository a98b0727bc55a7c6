/**
 * The layers of src/: a folder imports only folders before it in `layers`, or a leaf; leaves
 * import only leaves. Type imports count. Two capabilities belong to certain layers alone.
 */

import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

const layers = "bytes rdb binlog keyspace database resp lua commands replication server cli".split(
  " ",
);
const leaves = ["errors.ts", "log.ts", "clock.ts", "version.ts", "config"];
const top = "main.ts";

const capabilities = [
  { what: "SQLite", uses: /["']bun:sqlite["']/, allowed: ["keyspace"] },
  {
    what: "sockets",
    uses: /\bBun\.(listen|connect|serve|udpSocket)\b|["'](node:)?(net|tls|dgram|https?)["']/,
    allowed: ["server", "replication", "cli"],
  },
];

/** Height of a folder or file right below src/: 0 for leaves; null when it has no place. */
function heightOf(name: string): number | null {
  if (leaves.includes(name)) return 0;
  if (name === top) return layers.length + 1;
  return layers.includes(name) ? layers.indexOf(name) + 1 : null;
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
    const target = /(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']*)["']/.exec(line)?.[1];
    if (target === undefined) return forbidden;
    const [imported = ""] = posix.join(posix.dirname(file), target).split("/");
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
  return files.flatMap((file) => violationsOf(file, readFileSync(join(root, file), "utf8")));
}

if (import.meta.main) {
  const violations = findLayerViolations(join(import.meta.dir, "../src"));
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
