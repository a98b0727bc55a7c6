/** Has the keys fetched that a pipeline's requests will look up, before the first of them runs. */

import type { Bytes } from "../bytes/bytes.ts";
import type { CommandTable } from "../commands/table.ts";
import type { Request } from "../resp/request.ts";

/** Where keys are noted; see UpcomingKeys. */
export interface KeyFetch {
  add(source: Bytes, start: number, end: number): void;
  fetch(isBlind: boolean): void;
}

/**
 * Takes the first request's command for that of all, as it is in most pipelines: where that is wrong, no harm is done.
 *
 * @param count how many of the requests there are
 */
export function fetchKeys(
  requests: readonly Request[],
  count: number,
  commands: CommandTable,
  upcoming: KeyFetch,
): void {
  const one = requests[0]!;
  const command = commands.find(one.buffer, one.start(0), one.end(0));
  if (command === undefined || command.keys.first === 0) return;
  const { first, last, step } = command.keys;
  for (let i = 0; i < count; i++) {
    const request = requests[i]!;
    const end = last < 0 ? request.count + last + 1 : Math.min(request.count, last + 1);
    for (let word = first; word < end; word += step) {
      upcoming.add(request.buffer, request.start(word), request.end(word));
    }
  }
  upcoming.fetch(command.flags.has("blind"));
}
