/** What the shell knows of commands: names to complete, arguments to hint at, texts for `help`. */
import { mapKey } from "../../bytes/bytes.ts";
import { allCommands } from "../../commands/all.ts";
import type { ArgumentDoc } from "../../commands/args.ts";
import { argumentSyntax } from "../../commands/command-docs.ts";
import type { ParsedReply } from "../../resp/parsed-reply.ts";

/** What COMMAND DOCS tells of a command; our own commands are such. */
export interface CommandDoc {
  /** Upper case; a subcommand's is `CLIENT|LIST`. */
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  readonly since: string;
  readonly args: readonly ArgumentDoc[];
  readonly subcommands: readonly CommandDoc[];
}

export class CommandCatalog {
  #byName: ReadonlyMap<string, CommandDoc>;

  /** @param commands those of this program, until {@link adopt} gets better ones */
  constructor(commands: readonly CommandDoc[] = allCommands) {
    this.#byName = mapOf(commands);
  }

  /** Takes the server's own answer to COMMAND DOCS; anything else changes nothing. */
  adopt(docs: ParsedReply): void {
    const commands = pairsOf(docs).map(([name, doc]) => commandOf(textOf(name), doc));
    if (commands.length > 0) this.#byName = mapOf(commands);
  }

  all(): CommandDoc[] {
    return [...this.#byName.values()];
  }

  /** The command that the words begin with, its subcommand if they name one; undefined for none. */
  find(words: readonly string[]): CommandDoc | undefined {
    const [first = "", second = ""] = words.map((word) => word.toUpperCase());
    const command = this.#byName.get(first);
    return command?.subcommands.find(({ name }) => name === `${first}|${second}`) ?? command;
  }

  /** What the last of these words, the one being typed, may become; in the case it is typed in. */
  complete(words: readonly string[]): string[] {
    const typed = words.at(-1) ?? "";
    const isLower = typed !== "" && typed === typed.toLowerCase();
    const found = this.#candidates(words.slice(0, -1)).filter((name) =>
      name.startsWith(typed.toUpperCase()),
    );
    return [...new Set(found)].sort().map((name) => (isLower ? name.toLowerCase() : name));
  }

  /** Upper-case words that may stand behind these. */
  #candidates(before: readonly string[]): string[] {
    if (before.length === 0)
      return [...this.#byName.keys(), ...["CLEAR", "CONNECT", "EXIT", "HELP"]];
    if (/^(help|\?)$/i.test(before[0]!)) return this.#candidates(before.slice(1));
    const command = this.find(before);
    if (command === undefined) return [];
    if (before.length === 1 && command.subcommands.length > 0) {
      return command.subcommands.map(({ name }) => name.slice(name.indexOf("|") + 1));
    }
    return command.args.flatMap(tokensOf);
  }

  /** The arguments that may follow these complete words; "" when nothing is known. */
  hint(words: readonly string[]): string {
    const command = this.find(words);
    if (command === undefined) return "";
    if (command.subcommands.length > 0 && words.length < 2) return "subcommand ...";
    let given = words.length - (command.name.includes("|") ? 2 : 1);
    let at = 0;
    for (; at < command.args.length && given > 0; at++) {
      const arg = command.args[at]!;
      // How many words an optional or repeated argument has taken cannot be told by counting.
      if (arg.optional || arg.multiple || arg.type === "block") break;
      given -= arg.token === undefined || arg.type === "pure-token" ? 1 : 2;
    }
    return command.args.slice(at).map(argumentSyntax).join(" ");
  }
}

function mapOf(commands: readonly CommandDoc[]): Map<string, CommandDoc> {
  return new Map(commands.map((command) => [command.name, command]));
}

/** The fixed words among the arguments. */
function tokensOf(doc: ArgumentDoc): string[] {
  const own = doc.token === undefined ? [] : [doc.token.toUpperCase()];
  return [...own, ...(doc.arguments ?? []).flatMap(tokensOf)];
}

/** Pairs of a map, which RESP2 writes as an array. */
function pairsOf(reply: ParsedReply | undefined): (readonly [ParsedReply, ParsedReply])[] {
  if (reply?.kind === "map") return [...reply.pairs];
  if (reply?.kind !== "array") return [];
  const pairs: [ParsedReply, ParsedReply][] = [];
  const { items } = reply;
  for (let at = 0; at + 1 < items.length; at += 2) pairs.push([items[at]!, items[at + 1]!]);
  return pairs;
}

function textOf(reply: ParsedReply | undefined): string {
  if (reply?.kind === "bulk" || reply?.kind === "verbatim") return mapKey(reply.bytes);
  return reply?.kind === "status" ? reply.text : "";
}

function fieldsOf(reply: ParsedReply): Map<string, ParsedReply> {
  return new Map(pairsOf(reply).map(([name, value]) => [textOf(name), value]));
}

function itemsOf(reply: ParsedReply | undefined): readonly ParsedReply[] {
  return reply?.kind === "array" || reply?.kind === "set" ? reply.items : [];
}

function commandOf(name: string, reply: ParsedReply): CommandDoc {
  const fields = fieldsOf(reply);
  return {
    name: name.toUpperCase(),
    summary: textOf(fields.get("summary")),
    group: textOf(fields.get("group")),
    since: textOf(fields.get("since")),
    args: itemsOf(fields.get("arguments")).map(argumentOf),
    subcommands: pairsOf(fields.get("subcommands")).map(([sub, doc]) =>
      commandOf(textOf(sub), doc),
    ),
  };
}

function argumentOf(reply: ParsedReply): ArgumentDoc {
  const fields = fieldsOf(reply);
  const flags = itemsOf(fields.get("flags")).map(textOf);
  const token = fields.get("token");
  const inner = fields.get("arguments");
  return {
    name: textOf(fields.get("name")),
    // What a newer server may call a type is shown like a string.
    type: textOf(fields.get("type")) as ArgumentDoc["type"],
    optional: flags.includes("optional"),
    multiple: flags.includes("multiple"),
    ...(token === undefined ? {} : { token: textOf(token) }),
    ...(inner === undefined ? {} : { arguments: itemsOf(inner).map(argumentOf) }),
  };
}
