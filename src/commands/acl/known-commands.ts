/** The commands as rules name them: one by one, or by category. */
import type { Command } from "../command.ts";
import { categoriesOf, categoryNames } from "../command-details.ts";
import type { CommandTable } from "../table.ts";

export class KnownCommands {
  readonly #table: CommandTable;
  readonly #byCategory: ReadonlyMap<string, readonly Command[]>;
  /** Every command, each followed by its subcommands. */
  readonly all: readonly Command[];
  /** Above every number of them. */
  readonly size: number;

  constructor(table: CommandTable) {
    this.#table = table;
    this.all = [...table.all()].flatMap((command) => [command, ...command.subcommands]);
    this.size = this.all.reduce((size, { number }) => Math.max(size, number + 1), 0);
    const byCategory = new Map(categoryNames.map((name) => [name, [] as Command[]]));
    for (const command of this.all) {
      for (const category of categoriesOf(command)) byCategory.get(category)!.push(command);
    }
    this.#byCategory = byCategory;
  }

  /** The command with this name, in any case, a subcommand's being `config|get`. */
  find(name: string): Command | undefined {
    return name.split("|").length > 2 ? undefined : this.#table.byName(name);
  }

  /** What is in a category, named in any case; undefined when there is none of this name. */
  inCategory(name: string): readonly Command[] | undefined {
    return this.#byCategory.get(name.toLowerCase());
  }
}
