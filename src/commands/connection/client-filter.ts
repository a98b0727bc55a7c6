/** Which clients CLIENT KILL and CLIENT LIST mean. */
import { type Bytes, equalsIgnoreCase, mapKey } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { CommandError, errors } from "../../errors.ts";
import type { Users } from "../acl/users.ts";
import type { Client } from "../client.ts";

/** Kinds of clients that Redis tells apart. */
const TYPES = ["NORMAL", "SLAVE", "REPLICA", "PUBSUB", "MASTER"] as const;

type Test = (client: Client) => boolean;

/** Whether a client is of this type. @throws {CommandError} there is no such type */
export function typeTest(word: Bytes): Test {
  const type = TYPES.find((known) => equalsIgnoreCase(word, known));
  if (type === undefined) throw new CommandError(`ERR Unknown client type '${mapKey(word)}'`);
  if (type === "PUBSUB") return (client) => client.isSubscriber;
  if (type === "NORMAL") return (client) => !client.isSubscriber && !client.isSlave;
  const canBe = type === "SLAVE" || type === "REPLICA";
  return (client) => canBe && client.isSlave;
}

function idTest(word: Bytes): Test {
  const id = parseSafeInteger(word);
  if (!(id > 0)) throw new CommandError("ERR client-id should be greater than 0");
  return (client) => client.id === id;
}

function userTest(word: Bytes, users: Pick<Users, "find">): Test {
  const user = users.find(word);
  if (user === undefined) throw new CommandError(`ERR No such user '${mapKey(word)}'`);
  return (client) => client.user === user;
}

/** Reads the value of one filter of CLIENT KILL; null when there is no filter of this name. */
function testOf(name: Bytes, value: Bytes, users: Pick<Users, "find">): Test | null {
  const text = mapKey(value);
  if (equalsIgnoreCase(name, "ID")) return idTest(value);
  if (equalsIgnoreCase(name, "ADDR")) return (client) => client.address === text;
  if (equalsIgnoreCase(name, "LADDR")) return (client) => client.localAddress === text;
  if (equalsIgnoreCase(name, "USER")) return userTest(value, users);
  if (!equalsIgnoreCase(name, "TYPE")) return null;
  return typeTest(value);
}

function yesOrNo(word: Bytes): boolean {
  if (equalsIgnoreCase(word, "YES")) return true;
  if (equalsIgnoreCase(word, "NO")) return false;
  throw new CommandError(errors.syntax);
}

/**
 * The filters of CLIENT KILL as one test; all of them have to hold.
 *
 * @param self who asks: left out unless SKIPME says otherwise
 * @throws {CommandError} an unknown filter, one without a value, or a bad value
 */
export function parseKillFilters(
  words: readonly Bytes[],
  self: Client,
  users: Pick<Users, "find">,
): Test {
  const tests: Test[] = [];
  let skipSelf = true;
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at]!;
    const value = words[at + 1];
    if (value === undefined) throw new CommandError(errors.syntax);
    if (equalsIgnoreCase(name, "SKIPME")) {
      skipSelf = yesOrNo(value);
      continue;
    }
    const test = testOf(name, value, users);
    if (test === null) throw new CommandError(errors.syntax);
    tests.push(test);
  }
  return (client) => !(skipSelf && client === self) && tests.every((test) => test(client));
}
