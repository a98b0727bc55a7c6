import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const MODULE = join(import.meta.dir, "../../src/cli/memory-settings.ts");
const NAMES = ["MIMALLOC_PURGE_DELAY", "BUN_JSC_forceRAMSize", "BUN_JSC_numberOfGCMarkers"];

/** Starts Bun without any of the settings, but for those of `env`. */
function start(
  args: readonly string[],
  { env = {}, cwd }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string },
) {
  const inherited = Object.entries(process.env).filter(([name]) => !NAMES.includes(name));
  return Bun.spawn([process.execPath, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Runs a program that applies the settings, and answers how it goes on then. */
async function run(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  using directory = temporaryDirectory();
  const program = join(directory.path, "program.ts");
  writeFileSync(
    program,
    `import { applyMemorySettings } from ${JSON.stringify(MODULE)};
    process.stdout.write(\`\${process.pid} \`);
    applyMemorySettings();
    const { pid, env, argv, execArgv } = process;
    const settings = ${JSON.stringify(NAMES)}.map((name) => env[name]);
    console.log(JSON.stringify({ pid, settings, args: argv.slice(2), smol: execArgv, own: env.OWN }));`,
  );
  const child = start(["--smol", program, ...args], { env });
  const [out, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const [, pids, last] = /^((?:\d+ )+)(\{.*)\n$/.exec(out)!;
  return { pid: child.pid, starts: pids!.trim().split(" "), errors, ...JSON.parse(last!) };
}

test("a process without the settings becomes one that has them, the same for whoever started it", async () => {
  const { pid, starts, errors, settings, args, smol, own } = await run(
    { OWN: "kept" },
    "server",
    "--addr",
    "a b",
  );
  expect(starts).toEqual([`${pid}`, `${pid}`]);
  expect(settings).toEqual(["-1", `${128 << 20}`, "1"]);
  expect(args).toEqual(["server", "--addr", "a b"]);
  expect(smol).toEqual(["--smol"]);
  expect(own).toBe("kept");
  expect(errors).toBe("");
});

test("a working directory that the runtime was told of is entered once", async () => {
  using directory = temporaryDirectory();
  mkdirSync(join(directory.path, "sub"));
  const program = join(directory.path, "sub/program.ts");
  writeFileSync(
    program,
    `import { applyMemorySettings } from ${JSON.stringify(MODULE)};
    applyMemorySettings();
    console.log(process.cwd());`,
  );
  const child = start(["--cwd=sub", program], { cwd: directory.path });
  const shown = (await new Response(child.stdout).text()).trim();
  expect(basename(shown)).toBe("sub");
});

test("settings of the environment win, and with all of them nothing starts anew", async () => {
  const one = await run({ MIMALLOC_PURGE_DELAY: "10" });
  expect(one.settings).toEqual(["10", `${128 << 20}`, "1"]);
  const all = await run({
    MIMALLOC_PURGE_DELAY: "10",
    BUN_JSC_forceRAMSize: "1000000000",
    BUN_JSC_numberOfGCMarkers: "2",
  });
  expect(all.settings).toEqual(["10", "1000000000", "2"]);
  expect(all.starts).toHaveLength(1);
});

test("a program that cannot be started anew goes on as it is", async () => {
  const { execPath } = process;
  const before = NAMES.map((name) => process.env[name]);
  const { applyMemorySettings } = await import(MODULE);
  try {
    for (const name of NAMES) delete process.env[name];
    process.execPath = "/nonexistent";
    expect(applyMemorySettings()).toBeUndefined();
  } finally {
    process.execPath = execPath;
    for (const [i, name] of NAMES.entries()) {
      if (before[i] !== undefined) process.env[name] = before[i];
    }
  }
});
