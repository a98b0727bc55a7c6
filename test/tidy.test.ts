/** The rules of the tree that neither the compiler nor the linter can keep. */

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const root = join(import.meta.dir, "..");

function filesOf(pattern: string): string[] {
  const files = [...new Bun.Glob(pattern).scanSync({ cwd: root, dot: false })];
  return files.filter((file) => !/(^|\/)(node_modules|dist|var)\//.test(file)).sort();
}

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const sources = filesOf("src/**/*.ts");

/** "file:line: text" of each line of these files that matches. */
function findLines(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
  );
}

describe("words", () => {
  test("nothing in src is unfinished or silenced", () => {
    const banned = /\b(TODO|FIXME|XXX|HACK)\b|\bconsole\.|\bas any\b|@ts-|biome-ignore/;
    expect(findLines(sources, banned)).toEqual([]);
  });

  test("no test is skipped or alone", () => {
    const tests = filesOf("test/**/*.ts").filter((file) => file !== "test/tidy.test.ts");
    expect(findLines(tests, /\.(only|skip|todo)\(/)).toEqual([]);
  });

  /** Where bytes may become text: the byte functions, the terminal, and the configuration. */
  const mayDecode = /^src\/(bytes|cli|config)\//;

  /** Other files that may, each with its reason beside it. Keep it short. */
  const alsoMayDecode: readonly string[] = [];

  test("bytes stay bytes: no decoding outside bytes, cli and config", () => {
    const files = sources.filter((file) => !mayDecode.test(file) && !alsoMayDecode.includes(file));
    const decoding = /\.toString\(|\bTextDecoder\b|\.(utf8|latin1|ascii|hex|base64)Slice\(/;
    expect(findLines(files, decoding)).toEqual([]);
    expect(alsoMayDecode.filter((file) => findLines([file], decoding).length === 0)).toEqual([]);
  });
});

describe("files", () => {
  /** Sources without a test of their own. This list may only shrink. */
  const untested: readonly string[] = [
    "src/commands/all.ts",
    "src/config/value-error.ts",
    "src/database/collections/collections.ts",
    "src/database/ledis.ts",
    // Entry points of workers, tested through snapshot.ts and directory-builder.ts.
    "src/keyspace/snapshots/loader-worker.ts",
    "src/keyspace/snapshots/snapshot-worker.ts",
  ];

  const testOf = (source: string): string =>
    source.replace(/^src/, "test").replace(/\.ts$/, ".test.ts");

  /** Types do nothing that could be tested. */
  const isCode = (source: string): boolean =>
    /^(export )?(default |abstract |async )*(function|class|const|let)\b|^[\w.]+\(/m.test(
      read(source),
    );

  test("every source file with code has its test in the mirrored place", () => {
    const missing = sources.filter((file) => isCode(file) && !existsSync(join(root, testOf(file))));
    expect(missing.filter((file) => !untested.includes(file))).toEqual([]);
    expect(untested.filter((file) => !missing.includes(file))).toEqual([]);
  });

  /** Most lines of a source file, unless it is listed below with its present length. */
  const linesMax = 400;

  /** Files that are longer; a number here may only sink. */
  const longer: Readonly<Record<string, number>> = {
    "src/keyspace/generations/generation.ts": 507,
    "src/keyspace/keyspace.ts": 540,
  };

  test("no source file is longer than the limit", () => {
    const lengths = sources.map((file) => [file, read(file).split("\n").length - 1] as const);
    expect(lengths.filter(([file, lines]) => lines > (longer[file] ?? linesMax))).toEqual([]);
    const sunk = lengths.filter(([file, lines]) => file in longer && lines !== longer[file]);
    expect(sunk).toEqual([]);
  });

  test("names say what is inside: no index, utils, helpers or common", () => {
    const vague = /^(index|utils?|helpers?|common|misc)(\.ts)?$/;
    const parts = (file: string): string[] => file.split("/");
    expect(sources.filter((file) => parts(file).some((part) => vague.test(part)))).toEqual([]);
  });

  test("names are kebab-case", () => {
    const files = [...sources, ...filesOf("test/**/*.ts"), ...filesOf("scripts/**/*.ts")];
    expect(files.filter((file) => !/^[a-z0-9-]+(\.test|\.d)?\.ts$/.test(basename(file)))).toEqual(
      [],
    );
  });
});

describe("docs", () => {
  const pages = filesOf("**/*.md");

  /** Anchors that GitHub makes for the headings of a page. */
  function anchorsOf(page: string): string[] {
    const headings = read(page).match(/^#+ .*$/gm) ?? [];
    return headings.map((heading) =>
      heading
        .replace(/^#+ /, "")
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
  }

  /** Why a link leads nowhere; null when it leads somewhere, or out of this tree. */
  function brokenLink(page: string, link: string): string | null {
    if (/^[a-z]+:/.test(link)) return null;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(root, target))) return `${page}: no file ${link}`;
    const found =
      anchor === undefined || !target.endsWith(".md") || anchorsOf(target).includes(anchor);
    return found ? null : `${page}: no heading ${link}`;
  }

  test.each(pages)("the links of %s lead somewhere", (page) => {
    const prose = read(page).replace(/```[\s\S]*?```/g, "");
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    expect(links.map((link) => brokenLink(page, link)).filter(Boolean)).toEqual([]);
  });
});
