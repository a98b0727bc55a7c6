import { expect, test } from "bun:test";
import { isOpenTo } from "../../../src/commands/server/guarded.ts";

test("what is guarded is open to all, to none, or to clients on this machine", () => {
  const clients = ["127.0.0.1:5", "[::1]:5", "[::ffff:127.0.0.1]:5", "10.0.0.1:5", "[::2]:5"];
  const openTo = (option: string) =>
    clients.filter((address) => isOpenTo({ isUnix: false, address }, option));
  expect(openTo("no")).toEqual([]);
  expect(openTo("yes")).toEqual(clients);
  expect(openTo("local")).toEqual(clients.slice(0, 3));
  expect(isOpenTo({ isUnix: true, address: "/run/ledis:0" }, "local")).toBe(true);
});
