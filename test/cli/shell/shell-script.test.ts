import { expect, test } from "bun:test";
import { mapKey } from "../../../src/bytes/bytes.ts";
import { linesOf } from "../../../src/cli/shell/shell-script.ts";
import { chunksOf } from "../../support/memory-output.ts";
import { runWithInput } from "../../support/run-with-input.ts";
import { startServer } from "../../support/start-server.ts";

async function lines(...chunks: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const line of linesOf(chunksOf(...chunks))) found.push(mapKey(line));
  return found;
}

test("lines are found wherever the stream is cut", async () => {
  expect(await lines()).toEqual([]);
  expect(await lines("a\nb", "c", "\n\nd")).toEqual(["a", "bc", "", "d"]);
  expect(await lines("a\n")).toEqual(["a"]);
});

test("a script goes on after errors, or stops with status 1", async () => {
  await using server = await startServer();
  const script = "set a 1\nnosuch\nincr a\nquit\nincr a\n";
  const port = ["-p", String(server.port)];
  const whole = await runWithInput(script, ["cli", ...port]);
  expect(whole).toEqual({
    status: 0,
    stdout: "OK\nERR unknown command 'nosuch', with args beginning with: \n\n2\n",
    stderr: "",
  });
  const stopped = await runWithInput(script, ["cli", ...port, "-e"]);
  expect(stopped).toEqual({
    status: 1,
    stdout: "OK\n",
    stderr: "ERR unknown command 'nosuch', with args beginning with: \n",
  });
});
