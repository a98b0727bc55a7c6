/** The text of `ledis server --help`, from the option table. */

import { defaultConfigFile } from "./command-line.ts";
import type { OptionRow } from "./option-row.ts";
import { options } from "./options.ts";

const intro = `Usage: ledis server [--config FILE] [--OPTION VALUE ...]

Starts the server. Options come from FILE (JSON; ${defaultConfigFile} if it exists),
then from the command line. docs/config.md says more about each.

  --config FILE    configuration file
  --help           this text
  --version        version of this program
`;

/** Ends in a newline; lines are at most 80 columns, but for a long default. */
export function serverHelp(): string {
  const sections = [...new Set(options.map(({ section }) => section))];
  return sections.reduce((text, section) => {
    const rows = options.filter((row) => row.section === section);
    return `${text}\n${section}\n${rows.map(formatRow).join("")}`;
  }, intro);
}

function formatRow(row: OptionRow): string {
  const kind = row.choices?.join("|") ?? row.unit ?? row.type;
  const initial = row.default === "" ? "" : ` (default ${row.default})`;
  const doc = wrap(row.doc.replaceAll("`", ""), 72).map((line) => `        ${line}\n`);
  return `  --${row.name} <${kind}>${initial}\n${doc.join("")}`;
}

/** Lines of at most so many columns, broken at blanks. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length === 0 || longer.length > columns) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
