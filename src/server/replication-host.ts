/** What replication needs of the server. */
import { DirectoryBuilder } from "../keyspace/snapshots/directory-builder.ts";
import { forgetMigration } from "../replication/foreign/migration-state.ts";
import type { ReplicationHost } from "../replication/link-host.ts";
import type { App } from "./app.ts";
import type { ServedDatabase } from "./served-database.ts";

/** @param replaceDatabase puts a finished copy in place, and tells all who hold on to the old database */
export function replicationHost(
  app: App,
  database: ServedDatabase,
  replaceDatabase: () => Promise<void>,
): ReplicationHost {
  const { config } = app;
  return {
    config,
    runId: app.runId,
    get tcpPort() {
      // As Redis: whoever talks TLS to a master is talked to with TLS when it is one.
      const [secure] = app.tlsAddresses;
      return config.get("tls-replication") && secure !== undefined ? secure.port : app.tcpPort;
    },
    get keyspace() {
      return app.ledis.keyspace;
    },
    setFollowing(isFollowing) {
      if (isFollowing) {
        app.ledis.follow();
        // What was read before is known by its name alone, and the master may only name the collection.
        app.tracking.flushed();
        return;
      }
      app.ledis.lead();
      forgetMigration(app.ledis);
    },
    get ledis() {
      return app.ledis;
    },
    dataDirectory: config.get("data_dir"),
    server: app,
    translate: () => app.ledis.translate(),
    afterTurn: (work) => database.afterTurn(work),
    pauseWrites: () => app.holdWrites(),
    resumeWrites: () => app.releaseWrites(),
    unblockClients(error) {
      for (const client of app.clients()) {
        if (!client.isSlave && client.unblock(error)) client.closeAfterReply();
      }
    },
    async holdsKeys() {
      const { ledis } = app;
      for (let number = 0; number < ledis.options.databases; number++) {
        if ((await ledis.select(number).counts()).keys > 0) return true;
      }
      return false;
    },
    createCopy: (head) =>
      DirectoryBuilder.create(config.get("data_dir"), head, config.get("db.block_size")),
    replaceDatabase,
  };
}
