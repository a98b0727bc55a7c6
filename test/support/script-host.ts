/** Runs scripts without a server: commands answer what a test says. */
import { fromText } from "../../src/bytes/bytes.ts";
import type { ScriptLimits } from "../../src/lua/interpreter.ts";
import type { ScriptHost } from "../../src/lua/redis-library.ts";
import { Scripts } from "../../src/lua/scripts.ts";
import type { Reply } from "../../src/resp/reply.ts";

const MB = 1 << 20;

export class TestScripts {
  readonly scripts: Scripts;
  /** What `redis.call` answers. */
  call: ScriptHost["call"] = () => null;

  constructor(limits: Partial<ScriptLimits> = {}) {
    this.scripts = new Scripts(() => ({ memoryBytesMax: 64 * MB, timeMsMax: 60_000, ...limits }));
  }

  run(text: string): Reply {
    const host: ScriptHost = {
      call: (request, protocol) => this.call(request, protocol),
      knows: () => true,
      allows: () => true,
    };
    return this.scripts.run(this.scripts.load(fromText(text)), [], [], host);
  }
}
