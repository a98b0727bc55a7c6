import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { Selector } from "../../../src/commands/acl/selector.ts";
import { allCommands } from "../../../src/commands/all.ts";

const named = (name: string) => allCommands.find((command) => command.name === name)!;
const SIZE = 2000;

test("a new one allows nothing, the unrestricted one all", () => {
  expect(new Selector(SIZE).isUnrestricted).toBe(false);
  expect(new Selector(SIZE).commands.has(named("GET"))).toBe(false);
  expect(Selector.unrestricted().isUnrestricted).toBe(true);
});

test("a command goes with its subcommands, and takes its first words with it", () => {
  const selector = new Selector(SIZE);
  const config = named("CONFIG");
  selector.setCommand(config, true);
  for (const sub of config.subcommands) expect(selector.commands.has(sub)).toBe(true);
  selector.addFirstWord(named("SELECT"), "1");
  selector.addFirstWord(named("SELECT"), "a");
  selector.addFirstWord(named("SELECT"), "A");
  expect(selector.firstWords.get(named("SELECT").number)).toEqual(["1", "a"]);
  selector.setCommand(named("SELECT"), false);
  expect(selector.firstWords.size).toBe(0);
});

test("taking one command away ends all commands, but not those to come", () => {
  const selector = new Selector(SIZE);
  selector.setAllCommands(true);
  selector.setCommand(named("GET"), false);
  expect([selector.allCommands, selector.hasFuture]).toEqual([false, true]);
  selector.setAllCommands(false);
  expect([selector.allCommands, selector.hasFuture]).toEqual([false, false]);
});

test("a pattern stands once, with all that it was given with; a copy goes its own way", () => {
  const selector = new Selector(SIZE);
  selector.addKeys("a*", true, false);
  selector.addKeys("b", false, true);
  selector.addKeys("a*", false, true);
  selector.addChannels("c");
  selector.addChannels("c");
  const copy = selector.clone();
  selector.setAllKeys(false);
  selector.setAllChannels(false);
  selector.setCommand(named("GET"), true);
  expect(copy.keys).toEqual([
    { pattern: fromText("a*"), text: "a*", reads: true, writes: true },
    { pattern: fromText("b"), text: "b", reads: false, writes: true },
  ]);
  expect(copy.channels).toEqual([{ pattern: fromText("c"), text: "c" }]);
  expect(copy.commands.has(named("GET"))).toBe(false);
});
