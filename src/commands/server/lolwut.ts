/** LOLWUT: a small picture, and which version drew it. */
import { type Reply, Verbatim } from "../../resp/reply.ts";
import { redisVersion, version } from "../../version.ts";

const PICTURE = String.raw`
        .-=========-.        keys sink slowly,
       /    rows     \       one log remembers them all,
      |===============|      the disk is awake.
      |    ledis      |
      |===============|
      |               |
       \_____________/
`;

export function lolwut(): Reply {
  return new Verbatim("txt", `${PICTURE}\nledis ver. ${version} (Redis ver. ${redisVersion})\n`);
}
