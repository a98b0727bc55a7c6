import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { Selector } from "../../../src/commands/acl/selector.ts";
import { equalSecrets, passwordHash, SUPERUSER, User } from "../../../src/commands/acl/user.ts";

test("secrets are equal or not, whatever their lengths", () => {
  expect(equalSecrets(fromText("abc"), fromText("abc"))).toBe(true);
  expect(equalSecrets(fromText(""), fromText(""))).toBe(true);
  expect(equalSecrets(fromText("abc"), fromText("abd"))).toBe(false);
  expect(equalSecrets(fromText("abc"), fromText("abcd"))).toBe(false);
});

test("a user that is on is let in with any of its passwords, or with every one", () => {
  const user = new User("bob", new Selector(10));
  user.passwords = [passwordHash(fromText("one")), passwordHash(fromText("two"))];
  expect(user.accepts(fromText("one"))).toBe(false);
  user.isEnabled = true;
  expect(["one", "two", "three", ""].map((word) => user.accepts(fromText(word)))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  user.isNoPass = true;
  expect(user.accepts(fromText("three"))).toBe(true);
});

test("it is unrestricted while one of its selectors is", () => {
  const user = new User("bob", new Selector(10));
  expect(user.isUnrestricted).toBe(false);
  user.setSelectors([user.root, Selector.unrestricted()]);
  expect(user.isUnrestricted).toBe(true);
  const copy = new User("eve", new Selector(10));
  copy.copyFrom(user);
  user.setSelectors([user.root]);
  expect([user.isUnrestricted, copy.isUnrestricted]).toEqual([false, true]);
  expect(copy.name).toBe("eve");
});

test("names are shown as the UTF-8 that they are; the superuser may do everything", () => {
  expect(new User("k\xc3\xa4the", new Selector(10)).shownName).toBe("käthe");
  expect(SUPERUSER.isUnrestricted).toBe(true);
});
