import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { allCommands } from "../../src/commands/all.ts";
import { CommandTable } from "../../src/commands/table.ts";
import { Request } from "../../src/resp/request.ts";
import { repeatsSecrets, secretWords } from "../../src/server/secret-words.ts";

const table = new CommandTable(allCommands);

function secrets(name: string, ...words: string[]): number[] {
  const command = table.byName(name) ?? null;
  return [...secretWords(command, Request.of(words.map(fromText)))];
}

test("every word behind AUTH is secret", () => {
  expect(secrets("AUTH", "AUTH", "pw")).toEqual([1]);
  expect(secrets("AUTH", "auth", "default", "pw")).toEqual([1, 2]);
});

test("user and password of HELLO are secret, the rest is not", () => {
  expect(secrets("HELLO", "HELLO", "3", "auth", "default", "pw", "SETNAME", "x")).toEqual([3, 4]);
  expect(secrets("HELLO", "HELLO", "3", "AUTH", "auth", "auth")).toEqual([3, 4]);
  expect(secrets("HELLO", "HELLO", "3", "SETNAME", "x")).toEqual([]);
});

test("values of secret options of CONFIG SET are secret, in any spelling of the name", () => {
  const words = ["CONFIG", "SET", "maxclients", "10", "RequirePass", "pw", "timeout", "0"];
  expect(secrets("CONFIG|SET", ...words)).toEqual([5]);
  expect(secrets("CONFIG|SET", "CONFIG", "SET", "auth", "pw")).toEqual([3]);
  expect(secrets("NOSUCH", "config", "sett", "auth", "pw")).toEqual([2, 3]);
});

test("all that ACL SETUSER is told is secret, even where the word is misspelt", () => {
  expect(secrets("ACL|SETUSER", "ACL", "SETUSER", "bob", "on", ">pw")).toEqual([2, 3, 4]);
  expect(secrets("NOSUCH", "acl", "setusr", "bob", ">pw")).toEqual([2, 3]);
  expect(secrets("ACL|LIST", "ACL", "LIST")).toEqual([]);
  expect(secrets("ACL", "ACL")).toEqual([]);
  expect(repeatsSecrets(table.byName("ACL|SETUSER")!)).toBe(true);
  expect(repeatsSecrets(table.byName("AUTH")!)).toBe(false);
  expect(repeatsSecrets(null)).toBe(false);
});

test("other commands and unknown ones have no secrets", () => {
  expect(secrets("GET", "GET", "auth")).toEqual([]);
  expect(secrets("NOSUCH", "NOSUCH", "auth")).toEqual([]);
});
