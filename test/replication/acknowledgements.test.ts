import { expect, test } from "bun:test";
import { Acknowledgements, type Wait } from "../../src/replication/acknowledgements.ts";

function setUp() {
  const acknowledgements = new Acknowledgements();
  const state = { reached: 0 };
  let cancel: (error: string | null) => boolean = () => false;
  const wait = (count: number, timeoutMs = 0) => {
    const row: Wait<number> = {
      look: () => state.reached,
      isEnough: (reached) => reached >= count,
      timeoutMs,
      onCancel(end) {
        cancel = end;
      },
    };
    return acknowledgements.wait(row);
  };
  const reach = (reached: number) => {
    state.reached = reached;
    acknowledgements.changed();
  };
  return { acknowledgements, wait, reach, cancel: (error: string | null) => cancel(error) };
}

test("what is reached already is answered at once", async () => {
  const { acknowledgements, wait } = setUp();
  expect(await wait(0)).toBe(0);
  expect(await wait(-5, 10)).toBe(0);
  expect(acknowledgements.count).toBe(0);
});

test("waiting ends when enough have it, with how many do", async () => {
  const { acknowledgements, wait, reach } = setUp();
  const [one, three] = [wait(1), wait(3)];
  reach(2);
  expect(await one).toBe(2);
  expect(acknowledgements.count).toBe(1);
  reach(4);
  expect(await three).toBe(4);
});

test("when the time is up, the answer is how many have it", async () => {
  const { wait } = setUp();
  expect(await wait(1, 5)).toBe(0);
});

test("waiting can be ended from outside, once", async () => {
  const { wait, cancel } = setUp();
  const first = wait(1);
  expect(cancel(null)).toBe(true);
  expect(await first).toBe(0);
  expect(cancel(null)).toBe(false);
  const second = wait(1).catch(String);
  expect(cancel("UNBLOCKED so")).toBe(true);
  expect(await second).toBe("CommandError: UNBLOCKED so");
});
