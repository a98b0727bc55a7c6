import { expect, test } from "bun:test";
import { Config } from "../../src/config/config.ts";

const load = (overrides: Record<string, string>) => Config.load({ overrides });

test("Redis's old and new names mean the same", () => {
  for (const [old, present] of [
    ["slaveof", "replicaof"],
    ["slave-serve-stale-data", "replica-serve-stale-data"],
    ["min-slaves-to-write", "min-replicas-to-write"],
    ["min-slaves-max-lag", "min-replicas-max-lag"],
    ["slave-read-only", "replica-read-only"],
  ] as const) {
    const config = load({});
    const [answered] = config.getMatching([present], () => false);
    expect(answered).toEqual([present, config.getMatching([old], () => false)[0]![1]]);
  }
  expect(load({ "min-replicas-to-write": "2" }).get("min-slaves-to-write")).toBe(2);
});

test("a master is given in either form", () => {
  for (const text of ["10.0.0.1:6380", "10.0.0.1 6380"]) {
    expect(load({ replicaof: text }).get("slaveof")).toEqual({
      ...{ kind: "tcp", host: "10.0.0.1", port: 6380 },
    });
  }
});

test("a slave that takes writes is refused", () => {
  expect(() => load({ "slave-read-only": "no" })).toThrow(
    'option "slave-read-only": argument(s) must be one of the following: yes',
  );
  expect(() => load({}).set([["replica-read-only", "no"]])).toThrow("must be one of");
});

test("passwords are secret", () => {
  const config = load({ masterauth: "m", replauth: "r" });
  expect([config.get("masterauth"), config.get("replauth")]).toEqual(["m", "r"]);
});
