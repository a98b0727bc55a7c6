import { expect, test } from "bun:test";
import { findOption, isSecretOption, suggestOption } from "../../src/config/option-names.ts";

test.each([
  ["data_dir", "data_dir"],
  ["Data-Dir", "data_dir"],
  ["DB.CACHE-SIZE", "db.cache_size"],
  ["proto_max_bulk_len", "proto-max-bulk-len"],
  ["auth", "requirepass"],
  ["replicaof", "slaveof"],
  ["appendfsync", "sync"],
] as const)("%s finds %s", (spelling, name) => {
  expect(findOption(spelling)?.name).toBe(name);
});

test("an unknown name finds nothing", () => {
  expect(findOption("nosuch")).toBeNull();
  expect(findOption("")).toBeNull();
});

test.each([
  ["data_dri", "data_dir"],
  ["db.cachesize", "db.cache_size"],
  ["maxclient", "maxclients"],
  ["requirepas", "requirepass"],
])("%s suggests %s", (name, suggestion) => {
  expect(suggestOption(name)).toBe(`; did you mean "${suggestion}"?`);
});

test("a name like no other suggests nothing", () => {
  expect(suggestOption("frobnicate")).toBe("");
});

test("passwords are secret under each name", () => {
  expect(["requirepass", "AUTH", "timeout", "nosuch"].map(isSecretOption)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
