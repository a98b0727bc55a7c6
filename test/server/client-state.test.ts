import { expect, test } from "bun:test";
import { ClientState } from "../../src/server/client-state.ts";

test("a new client has said nothing", () => {
  const addresses = { address: "127.0.0.1:5", localAddress: "127.0.0.1:6380", isUnix: false };
  const state = new ClientState(7, addresses);
  expect(state).toMatchObject({ id: 7, ...addresses, name: "", protocol: 2, lastCommand: "NULL" });
  expect(state.createdAtMs).toBeLessThanOrEqual(Date.now());
});
