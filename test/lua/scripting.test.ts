import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { Scripting } from "../../src/lua/scripting.ts";

test("it tells while a script runs", () => {
  const scripting = new Scripting(() => ({ memoryBytesMax: 64 << 20, timeMsMax: 5000 }));
  const seen: boolean[] = [];
  const host = {
    call() {
      seen.push(scripting.isRunning);
      return null;
    },
    knows: () => true,
    allows: () => true,
  };
  const script = scripting.scripts.load(fromText("redis.call('x')"));
  scripting.scripts.run(script, [], [], host);
  expect([seen, scripting.isRunning]).toEqual([[true], false]);
});
