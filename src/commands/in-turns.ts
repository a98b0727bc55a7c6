/** Writes that may be long: little is written at once, much in slices, so that others are served meanwhile. */
import type { Build, BuildSubject } from "../database/collections/builds.ts";
import type { Ledis } from "../database/ledis.ts";
import type { Reply } from "../resp/reply.ts";
import type { Client } from "./client.ts";
import type { Answer } from "./context.ts";

/**
 * Runs the build, if the client may wait and it is long; otherwise does it at once.
 *
 * @param answer what to answer when the build is done
 */
export function inTurns<T extends BuildSubject>(
  client: Client,
  ledis: Ledis,
  build: Build<T>,
  answer: () => Reply,
  atOnce: () => Reply,
): Answer {
  if (!client.mayWait || build.choose() === null) return atOnce();
  return ledis.builds.run(build).then((isDone) => (isDone ? answer() : atOnce()));
}
