/** Replays the transcripts of this folder. `UPDATE=1 bun test test/transcripts` writes down what comes now. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useFakeClock } from "../support/fake-clock.ts";
import { startServer } from "../support/start-server.ts";
import { replayTranscript } from "../support/transcript.ts";

const transcripts = readdirSync(import.meta.dir).filter((name) => name.endsWith(".txt"));

test.each(transcripts)("%s is what the server answers", async (name) => {
  const path = join(import.meta.dir, name);
  const text = readFileSync(path, "utf8");
  using time = useFakeClock();
  await using server = await startServer();
  const replayed = await replayTranscript(text, await server.connect(), time);
  if (process.env["UPDATE"] === "1") writeFileSync(path, replayed);
  else expect(replayed).toBe(text);
});
