import { expect, test } from "bun:test";
import { ServerConnection } from "../../src/cli/server-connection.ts";
import { startServer } from "../support/start-server.ts";

test("replies come in order, errors are thrown by ask alone", async () => {
  await using server = await startServer({ requirepass: "pw" });
  const address = { kind: "tcp", host: "127.0.0.1", port: server.port } as const;
  const wrong = await ServerConnection.open(address, "no").catch(String);
  expect(wrong).toContain("AUTH: WRONGPASS");
  const connection = await ServerConnection.open(address, "pw");
  const [first, second] = await Promise.all([
    connection.call("PING"),
    connection.call("ECHO", "x"),
  ]);
  expect([first.kind, second.kind]).toEqual(["status", "bulk"]);
  expect((await connection.call("NOSUCH")).kind).toBe("error");
  expect(await connection.ask("NOSUCH").catch(String)).toContain(
    `${server.port}: NOSUCH: ERR unknown`,
  );
  connection.close();
  expect(await connection.call("PING").catch(String)).toContain("the connection was closed");
});

test("nobody there, silence and a closed connection are reasons", async () => {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, bytes) {
        if (`${bytes}`.includes("QUIT")) socket.end();
      },
    },
  });
  const address = { kind: "tcp", host: "127.0.0.1", port: listener.port } as const;
  const silent = await ServerConnection.open(address, "", null, 50);
  expect(await silent.call("PING").catch(String)).toContain("does not answer");
  const closed = await ServerConnection.open(address, "");
  expect(await closed.call("QUIT").catch(String)).toContain("closed the connection");
  listener.stop(true);
  expect(await ServerConnection.open(address, "").catch(String)).toContain(
    `127.0.0.1:${address.port}: `,
  );
});
