/**
 * How a server's process is to use memory. The runtime takes these settings from the environment, and before any
 * of our code runs: so a process that was started without them becomes a new one, with the same number, arguments, and
 * standard streams. Decision 14 tells what they win, and what is lost.
 */

const SETTINGS: Readonly<Record<string, string>> = {
  // Freed memory is kept for the next who wants some: pages that come back from the kernel cost more than a command.
  MIMALLOC_PURGE_DELAY: "-1",
  // Garbage is collected as if there were so much memory, in bytes: what is kept must not become much.
  BUN_JSC_forceRAMSize: String(128 << 20),
  // Each thread marks its own live objects, which are few, and takes no other core from those who work.
  BUN_JSC_numberOfGCMarkers: "1",
};

/** Where the files are that are built into an executable. */
const EMBEDDED = "/$bunfs/";

/** Starts the process anew if a setting is missing; returns if none is, or if that cannot be done. */
export function applyMemorySettings(): void {
  const { env, execPath, execArgv, argv } = process;
  if (Object.keys(SETTINGS).every((name) => env[name] !== undefined)) return;
  const script = Bun.main.startsWith(EMBEDDED) ? [] : [...withoutDirectory(execArgv), Bun.main];
  try {
    process.execve?.(execPath, [execPath, ...script, ...argv.slice(2)], { ...SETTINGS, ...env });
  } catch {
    // They save time and memory; without them everything works.
  }
}

/** The runtime's options without `--cwd`, which this process has followed already. */
function withoutDirectory(options: readonly string[]): string[] {
  const at = options.indexOf("--cwd");
  return options.filter(
    (option, i) => !option.startsWith("--cwd=") && (at < 0 || i < at || i > at + 1),
  );
}
