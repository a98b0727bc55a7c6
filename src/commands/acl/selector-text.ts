/**
 * Selectors as rules that would make them again, in Redis's form: first `+@all` or `-@all`, then the categories that
 * fit best, then what is left to be added or taken away, command by command.
 */
import { categoryNames } from "../command-details.ts";
import type { KnownCommands } from "./known-commands.ts";
import { type KeyPattern, Selector } from "./selector.ts";
import { applySelectorRule } from "./selector-rules.ts";

/** Everything about it. */
export function selectorText(selector: Selector, known: KnownCommands): string {
  const keys = selector.allKeys ? ["~*"] : selector.keys.map(keyRule);
  const channels = selector.allChannels ? ["&*"] : ["resetchannels", ...channelTexts(selector)];
  return [...keys, ...channels, commandRules(selector, known)].join(" ");
}

/** Its keys alone. */
export function keyRules(selector: Selector): string {
  return selector.allKeys ? "~*" : selector.keys.map(keyPatternText).join(" ");
}

/** Its channels alone. */
export function channelRules(selector: Selector): string {
  return selector.allChannels ? "&*" : channelTexts(selector).join(" ");
}

/** As a rule among others: `~*` is the one for all keys, which does away with those before it and refuses those behind it. */
function keyRule(pattern: KeyPattern, _: number, { length }: readonly KeyPattern[]): string {
  const text = keyPatternText(pattern);
  return length > 1 && text === "~*" ? "%RW~*" : text;
}

function keyPatternText({ text, reads, writes }: KeyPattern): string {
  if (reads && writes) return `~${text}`;
  return `%${reads ? "R" : "W"}~${text}`;
}

function channelTexts({ channels }: Selector): string[] {
  return channels.map(({ text }) => `&${text}`);
}

/** Its commands alone. */
export function commandRules(selector: Selector, known: KnownCommands): string {
  const isAdding = !selector.hasFuture;
  const rules = [isAdding ? "-@all" : "+@all"];
  const reached = new Selector(known.size);
  applySelectorRule(reached, rules[0]!, known);
  const rest = new Selector(0);
  rest.commands = selector.commands.clone();
  const left = new Set(categoryNames);
  for (;;) {
    const best = bestCategory(rest, left, isAdding, known);
    if (best === null) break;
    const rule = `${isAdding ? "+" : "-"}@${best}`;
    applySelectorRule(reached, rule, known);
    applySelectorRule(rest, `${isAdding ? "-" : "+"}@${best}`, known);
    rules.push(rule);
    left.delete(best);
  }
  rules.push(...singleRules(selector, reached, known));
  return rules.join(" ");
}

/** The category with more commands that a rule should change than others, and with the fewest others. */
function bestCategory(
  rest: Selector,
  left: ReadonlySet<string>,
  isAdding: boolean,
  known: KnownCommands,
): string | null {
  let best: string | null = null;
  let [fewestOthers, mostMeant] = [Number.POSITIVE_INFINITY, 0];
  for (const name of left) {
    const commands = known.inCategory(name)!;
    const meant = commands.filter((one) => rest.commands.has(one) === isAdding).length;
    const others = commands.length - meant;
    const isBetter = others < fewestOthers || (others === fewestOthers && meant > mostMeant);
    if (meant > others && isBetter) [best, fewestOthers, mostMeant] = [name, others, meant];
  }
  return best;
}

/** What brings `reached` to the selector's commands. */
function singleRules(selector: Selector, reached: Selector, known: KnownCommands): string[] {
  const rules: string[] = [];
  for (const command of known.all) {
    const isIn = selector.commands.has(command);
    if (isIn !== reached.commands.has(command)) {
      rules.push(`${isIn ? "+" : "-"}${command.lowerName}`);
      reached.setCommand(command, isIn);
    }
    if (isIn) continue;
    for (const word of selector.firstWords.get(command.number) ?? []) {
      rules.push(`+${command.lowerName}|${word}`);
    }
  }
  return rules;
}
