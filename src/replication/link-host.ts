/** What a slave's link works on, put together from the server and from the rest of replication. */
import { type Bytes, EMPTY } from "../bytes/bytes.ts";
import type { Config } from "../config/config.ts";
import { masterTls } from "../config/tls-files.ts";
import type { ForeignServer } from "./foreign/foreign-master.ts";
import { LegacySession } from "./legacy/legacy-session.ts";
import { type Follower, refusalOf } from "./lost-master.ts";
import { RedisSession } from "./redis/redis-session.ts";
import type { CopyBuilder, ReplicatedKeyspace } from "./replicated-log.ts";
import type { LinkHost } from "./slave-link.ts";

const FOREIGN_SESSIONS = { "LedisDB v0.1": LegacySession, Redis: RedisSession } as const;

/** The server, as replication sees it. */
export interface ReplicationHost extends ForeignServer {
  readonly config: Config;
  readonly runId: string;
  /** TCP port that masters are told of. */
  readonly tcpPort: number;
  readonly keyspace: ReplicatedKeyspace;
  /** From now on the database repeats another one (true), or takes writes of its own. Between turns. */
  setFollowing(isFollowing: boolean): void;
  /** Calls `work` when the present turn has ended. */
  afterTurn(work: () => void): void;
  /** Holds clients' writes back, and whatever else would make the log longer, until `resumeWrites`. */
  pauseWrites(): void;
  resumeWrites(): void;
  /** Ends commands that wait, with an error. */
  unblockClients(error: string): void;
  /** Whether any database holds a key. */
  holdsKeys(): Promise<boolean>;
  createCopy(head: Bytes): Promise<CopyBuilder>;
  /** Closes the database, puts the finished copy in its place, and opens that. */
  replaceDatabase(): Promise<void>;
}

/** The rest of replication, as a link sees it. */
export interface LinkOwner {
  /** Whether a server of this run follows this one. */
  isFollowedBy(runId: string): boolean;
  /** Whether the link's master was followed before. */
  isKnownMaster(): boolean;
  /** The log has grown. */
  grew(): void;
  /** The link's status has changed. */
  changed(): void;
}

export function linkHost(host: ReplicationHost, owner: LinkOwner): LinkHost {
  const { config } = host;
  const refusal = (copy: Pick<CopyBuilder, "keys" | "historyId">): Promise<string | null> => {
    const follower: Follower = {
      history: host.keyspace.history,
      isKnownMaster: owner.isKnownMaster(),
      isAllowed: config.get("slave-allow-empty-sync"),
      holdsKeys: () => host.holdsKeys(),
    };
    return refusalOf(copy, follower);
  };
  const refuseForeign = (keys: number) => refusal({ keys, historyId: EMPTY });
  return {
    get keyspace() {
      return host.keyspace;
    },
    runId: host.runId,
    get listeningPort() {
      return host.tcpPort;
    },
    get settings() {
      const timeoutMs = config.get("repl-timeout") * 1000;
      const [user, password] = [config.get("masteruser"), config.get("masterauth")];
      const options = masterTls(config);
      // As Redis: whoever has a certificate of our authorities may be the master, under any name.
      const tls = options === null ? null : ({ options, verify: "chain" } as const);
      const credentials = (user === "" ? [password] : [user, password]) as readonly string[];
      return { credentials: password === "" ? [] : credentials, timeoutMs, tls };
    },
    isFollowedBy: (runId) => owner.isFollowedBy(runId),
    repeat: () => host.setFollowing(true),
    followForeign(kind, link) {
      const Session = FOREIGN_SESSIONS[kind];
      return new Session(host, link, refuseForeign).run();
    },
    grew: () => owner.grew(),
    changed: () => owner.changed(),
    createCopy: (head) => host.createCopy(head),
    refusalOf: refusal,
    replaceDatabase: () => host.replaceDatabase(),
  };
}
