import { expect, test } from "bun:test";
import { parseCliOptions } from "../../../src/cli/shell/cli-options.ts";
import { CliSession } from "../../../src/cli/shell/cli-session.ts";
import { CommandCatalog } from "../../../src/cli/shell/command-catalog.ts";
import { runLine } from "../../../src/cli/shell/shell-line.ts";
import { memoryOutput } from "../../support/memory-output.ts";
import { startServer } from "../../support/start-server.ts";

test("lines are commands of the server, or the shell's own", async () => {
  await using server = await startServer();
  await using other = await startServer();
  const { server: where, format } = parseCliOptions(["-p", String(server.port)], true)!;
  const output = memoryOutput();
  const session = new CliSession(
    { ...where, format, streamNotice: "", showsPushes: false, errorsApart: false },
    output,
  );
  let cleared = 0;
  const context = {
    session,
    output,
    catalog: new CommandCatalog(),
    clearScreen: () => cleared++,
  };
  const run = (line: string) => runLine(context, Buffer.from(line), true);
  expect(await run("   ")).toBe("ok");
  expect(await run("3 incr n")).toBe("ok");
  expect(await run('get "n')).toBe("error");
  expect(await run("help get")).toBe("ok");
  expect(await run("clear")).toBe("ok");
  expect(await run("connect nowhere")).toBe("error");
  expect(await run(`connect 127.0.0.1 ${other.port}`)).toBe("ok");
  expect(await run("get n")).toBe("ok");
  expect(await run("exit")).toBe("quit");
  expect(cleared).toBe(1);
  expect(output.text).toMatch(
    /^\(integer\) 1\n\(integer\) 2\n\(integer\) 3\nInvalid argument\(s\)\n {2}GET key\n[^(]+Usage: connect HOST PORT\n\(nil\)\n$/,
  );
  session.close();
});
