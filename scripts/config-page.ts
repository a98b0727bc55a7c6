/** docs/config.md, from the option table. */

import { defaultConfigFile } from "../src/config/command-line.ts";
import { compatibilityParameters } from "../src/config/compatibility.ts";
import type { OptionRow } from "../src/config/option-row.ts";
import { options } from "../src/config/options.ts";

const intro = `<!-- Generated from src/config/options.ts by "npm run docs". Do not edit. -->

# Configuration

Options come from three places, the later one winning:

1. The built-in defaults below.
2. A JSON file: \`ledis server --config FILE\`, or \`${defaultConfigFile}\` if it exists.
3. The command line: \`--NAME VALUE\`, for example \`--sync always --db.cache_size 256mb\`.

\`\`\`json
{
  "addr": ["127.0.0.1:6380", "/run/ledis.sock"],
  "data_dir": "/var/lib/ledis",
  "sync": "everysec",
  "db": { "cache_size": "256mb" },
  "binlog": { "max_file_num": 20 }
}
\`\`\`

Names match in any case, and \`-\` and \`_\` are the same. Bytes are a number, or text with a unit:
\`kb\`, \`mb\`, \`gb\` are powers of 1024, \`k\`, \`m\`, \`g\` powers of 1000. An unknown name, a wrong type
or a value out of range stops the start with one line that says where.

Options marked *live* can be changed with \`CONFIG SET\` while the server runs; \`CONFIG REWRITE\`
writes the present values into the file, atomically.
`;

const compatibilityIntro = `
## Compatibility

\`CONFIG GET\` also answers these parameters of Redis, which clients and tools look for. They are
not options. *Accepts any value* means that \`CONFIG SET\` takes a value and \`CONFIG GET\` answers
it, without effect; the others take only the value that they already have.

| parameter | value | |
| --- | --- | --- |
`;

const code = (text: string): string => (text === "" ? "empty" : `\`${text}\``);

function formatKind(row: OptionRow): string {
  if (row.choices) return row.choices.map(code).join(", ");
  const kind = row.unit ?? kinds[row.type];
  const range =
    row.max !== undefined
      ? `${row.min ?? 0} to ${row.max}`
      : row.min !== undefined
        ? `from ${row.min}`
        : "";
  const power = row.powerOfTwo ? ", a power of two" : "";
  const initial = row.nonPositiveIsDefault ? "; 0 and below mean the default" : "";
  return `${kind}${range && `, ${range}`}${power}${initial}`;
}

const kinds: Readonly<Record<OptionRow["type"], string>> = {
  string: "text",
  boolean: "yes or no; true or false in the file",
  integer: "number",
  bytes: "bytes",
  mode: "octal digits",
  enum: "one of",
  addresses: "addresses",
  "tcp-addresses": "addresses",
  master: "`host:port`",
  limits: "bytes, or Redis's classes",
};

function formatRow(row: OptionRow): string {
  const names = [row.name, ...(row.aliases ?? [])].map(code).join(", ");
  const live = row.runtime ? "live" : "";
  return `| ${names} | ${formatKind(row)} | ${code(row.default)} | ${live} | ${row.doc} |\n`;
}

function formatSection(section: string): string {
  const rows = options.filter((row) => row.section === section);
  const head = "| option | value | default | | meaning |\n| --- | --- | --- | --- | --- |\n";
  return `\n## ${section}\n\n${head}${rows.map(formatRow).join("")}`;
}

function formatCompatibility(): string {
  return compatibilityParameters
    .map(({ name, value, settable }) => {
      const shown = typeof value === "string" ? code(value) : "as configured";
      return `| \`${name}\` | ${shown} | ${settable ? "accepts any value" : ""} |\n`;
    })
    .join("");
}

export function renderConfigPage(): string {
  const sections = [...new Set(options.map(({ section }) => section))];
  return `${intro}${sections.map(formatSection).join("")}${compatibilityIntro}${formatCompatibility()}`;
}
