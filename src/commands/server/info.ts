/** INFO: what the server is and does, in sections of `name:value` lines. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { type Reply, Verbatim } from "../../resp/reply.ts";
import { any, bytes } from "../args.ts";
import { type Command, command } from "../command.ts";
import type { Answer, Context } from "../context.ts";
import type { InfoField } from "./info-field.ts";
import { type InfoSection, redisSections } from "./info-sections.ts";

/** What only this server has: its memory, log and flushes. */
function ledisFields({ ledis, server }: Context): InfoField[] {
  const { keyspace } = ledis;
  const stats = keyspace.stats();
  const { logPosition, syncedPosition } = stats;
  return [
    ["memtable_bytes", stats.memtableBytes],
    ["memtable_rows", stats.memtableRows],
    ["frozen_generations", stats.frozenGenerations],
    ["cache_bytes", stats.cacheBytes],
    ["flushes", stats.flushes],
    ["flushed_rows", stats.flushedRows],
    ["last_flush_time", stats.lastFlushTime],
    ["last_flush_milliseconds", stats.lastFlushMilliseconds],
    ["flush_failure", oneLine(stats.flushFailure)],
    ["log_position", `${logPosition.file}:${logPosition.offset}`],
    ["synced_position", `${syncedPosition.file}:${syncedPosition.offset}`],
    ["write_failure", oneLine(keyspace.writeFailure)],
    ["statements", stats.statements],
    ["turns", stats.turns],
    ["slow_commands", server.slowLog.length],
    ["access_log_dropped_lines", server.accessLog?.droppedLines ?? 0],
    ["access_log_failure", oneLine(server.accessLog?.failure ?? null)],
  ];
}

/** "" for none. */
function oneLine(text: string | null): string {
  return (text ?? "").replaceAll(/[\r\n]+/g, " ");
}

const sections: readonly InfoSection[] = [
  ...redisSections,
  { name: "Ledis", isDefault: true, fields: ledisFields },
];

/** Which sections these words ask for; words that name none are ignored, as in Redis. */
function chosen(words: readonly Bytes[]): InfoSection[] {
  const names = new Set(words.map((word) => mapKey(word).toLowerCase()));
  const everything = names.has("all") || names.has("everything");
  const usual = names.size === 0 || names.has("default");
  return sections.filter(
    ({ name, isDefault }) => everything || (usual && isDefault) || names.has(name.toLowerCase()),
  );
}

function info(context: Context, words: readonly Bytes[]): Answer {
  const parts = chosen(words).map(({ name, fields }) => {
    const found = fields(context);
    return found instanceof Promise
      ? found.then((fields) => show(name, fields))
      : show(name, found);
  });
  const ready = parts.filter((part) => typeof part === "string");
  if (ready.length === parts.length) return whole(ready);
  return Promise.all(parts).then(whole);
}

function show(name: string, fields: readonly InfoField[]): string {
  return `# ${name}\r\n${fields.map(([field, value]) => `${field}:${value}\r\n`).join("")}`;
}

function whole(sections: readonly string[]): Reply {
  return new Verbatim("txt", sections.join("\r\n"));
}

export const infoCommand: Command = command("server", {
  name: "INFO",
  summary: "Answers what the server is and does.",
  flags: ["loading", "stale", "dangerous"],
  args: [any(bytes("section"))],
  run: (context, words) =>
    info(
      context,
      words.map((word) => word.slice()),
    ),
});
