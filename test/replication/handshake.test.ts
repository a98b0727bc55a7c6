import { expect, test } from "bun:test";
import { askToLead, authenticate, greet } from "../../src/replication/handshake.ts";
import { MasterConnection } from "../../src/replication/master-connection.ts";
import { type Answer, array, FakeMaster, OK } from "../support/fake-master.ts";

const RUN_ID = "6".repeat(40);
const END = { id: new Uint8Array(16).fill(0xab), offset: 77 };

async function say<T>(
  answer: Answer,
  talk: (connection: MasterConnection) => Promise<T>,
): Promise<[outcome: T | string, request: string]> {
  using master = new FakeMaster(() => answer);
  const connection = await MasterConnection.open(master.address, { timeoutMs: 5000 });
  const outcome = await talk(connection).catch((error: unknown) => `${error}`);
  connection.close();
  return [outcome, master.requests.join()];
}

test("a greeting tells who this is, and is answered by who the master is", async () => {
  const introduction = { runId: RUN_ID, listeningPort: 7000 };
  const hello = array("ledis", "1", "run-id", "m", "role", "master", "chain", "a b", "offset", "5");
  const [greeting, request] = await say(hello, (master) => greet(master, introduction));
  expect(request).toBe(`REPLCONF HELLO 1 ${RUN_ID} 7000`);
  expect(greeting).toEqual({
    protocol: 1,
    runId: "m",
    role: "master",
    chain: ["a", "b"],
    offset: 5,
  });
  for (const [answer, reason] of [
    [OK, "LinkError: the server there is no ledis"],
    [array("ledis", "9", "run-id", "m"), "LinkError: the master speaks version 9 of the protocol"],
    ["-ERR so\r\n", "LinkError: the server there is no ledis master: ERR so"],
  ] as const) {
    expect((await say(answer, (master) => greet(master, introduction)))[0]).toBe(reason);
  }
});

test("a slave is asked to lead, with the end of the log that it must have, and answers", async () => {
  const events: string[] = [];
  const takeOver = (isForced: boolean) => ({
    isForced,
    done: () => void events.push("done"),
    refused: (reason: string) => void events.push(reason),
  });
  const ask = (answer: Answer, isForced: boolean) =>
    say(answer, (slave) => askToLead(slave, RUN_ID, END, takeOver(isForced)));
  const hex = "ab".repeat(16);
  expect((await ask(OK, false))[1]).toBe(`REPLCONF TAKEOVER ${RUN_ID} ${hex} 77`);
  expect((await ask(OK, true))[1]).toBe(`REPLCONF TAKEOVER ${RUN_ID} ${hex} -1`);
  const [outcome] = await ask("-ERR no\r\n", false);
  expect(outcome).toBe("LinkError: the take-over was refused: ERR no");
  // It may lead all the same: whoever asks again is told.
  expect((await ask("-MISCONF Errors writing\r\n", false))[0]).toContain("MISCONF");
  expect(events).toEqual(["done", "done", "the take-over was refused: ERR no"]);
});

test("a password is said if there is one, and a slave that does not take it will not lead", async () => {
  const events: string[] = [];
  const takeOver = {
    isForced: false,
    done: () => void events.push("done"),
    refused: (reason: string) => void events.push(reason),
  };
  const said = (answer: Answer, credentials: readonly string[], asks = false) =>
    say(answer, (master) => authenticate(master, credentials, asks ? takeOver : null));
  expect(await said(OK, [])).toEqual([undefined, ""]);
  expect(await said(OK, ["user", "secret"], true)).toEqual([undefined, "AUTH user secret"]);
  const wrong = "-WRONGPASS so\r\n";
  const refusal = "AUTH was refused: WRONGPASS so";
  expect(await said(wrong, ["secret"])).toEqual([`LinkError: ${refusal}`, "AUTH secret"]);
  expect(events).toEqual([]);
  await said(wrong, ["secret"], true);
  expect(events).toEqual([refusal]);
});
