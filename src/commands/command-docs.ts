/** What COMMAND DOCS answers of a command, and its syntax as one line, from the command's row. */
import { Pairs, type Reply, SetReply, Status } from "../resp/reply.ts";
import type { ArgumentDoc } from "./args.ts";
import type { Command } from "./command.ts";

function argumentReply(doc: ArgumentDoc): Reply {
  const flags = [
    doc.optional ? "optional" : "",
    doc.multiple ? "multiple" : "",
    doc.repeatsToken ? "multiple_token" : "",
  ].filter(Boolean);
  const items: Reply[] = ["name", doc.name, "type", doc.type];
  if (doc.type === "key") items.push("key_spec_index", doc.keySpec ?? 0);
  if (doc.token !== undefined) items.push("token", doc.token);
  if (flags.length > 0) items.push("flags", new SetReply(flags.map((flag) => new Status(flag))));
  if (doc.arguments !== undefined) items.push("arguments", doc.arguments.map(argumentReply));
  return new Pairs(items);
}

/** Documentation of a command and its subcommands, as Redis's map. */
export function commandDocs(command: Command): Reply {
  const { summary, since, group, args, subcommands } = command;
  const items: Reply[] = ["summary", summary, "since", since, "group", group];
  if (args.length > 0) items.push("arguments", args.map(argumentReply));
  if (subcommands.length > 0) {
    const docs = subcommands.flatMap((row) => [row.lowerName, commandDocs(row)]);
    items.push("subcommands", new Pairs(docs));
  }
  return new Pairs(items);
}

/** The command as one types it: `SET key value [NX | XX] [GET]`. */
export function syntaxOf(command: Command): string {
  const name = command.name.replace("|", " ");
  return [name, ...command.args.map((doc) => argumentSyntax(doc))].join(" ");
}

/** One argument as one types it: `[EX seconds]`. */
export function argumentSyntax(doc: ArgumentDoc): string {
  const inner = valueSyntax(doc);
  const { token } = doc;
  const whole =
    token === undefined || doc.type === "pure-token"
      ? inner
      : doc.multiple
        ? `${token} ${inner} [${doc.repeatsToken ? `${token} ` : ""}${inner} ...]`
        : `${token} ${inner}`;
  const repeated = doc.multiple && token === undefined ? `${inner} [${inner} ...]` : whole;
  return doc.optional ? `[${repeated}]` : repeated;
}

function valueSyntax(doc: ArgumentDoc): string {
  const parts = (doc.arguments ?? []).map((part) => argumentSyntax(part));
  if (doc.type === "pure-token") return doc.token ?? doc.name.toUpperCase();
  if (doc.type === "block") return parts.join(" ");
  if (doc.type !== "oneof") return doc.name;
  const choices = parts.join(" | ");
  return doc.optional && doc.token === undefined ? choices : `<${choices}>`;
}
