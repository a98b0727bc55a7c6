/** Draws random commands from their templates. */
import { families, type Template } from "./families.ts";
import { SEVERAL, words } from "./words.ts";

/** Numbers in [0, 1) that follow from a seed: mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: () => number, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)]!;
}

/** One command of a template: names in place of words, some of the optional parts. */
export function drawCommand(random: () => number, { line }: Template): string[] {
  const chosen = line.replace(/\[([^\]]*)\]/g, (_, part: string) => (random() < 0.3 ? part : ""));
  return chosen
    .split(" ")
    .filter((word) => word !== "")
    .flatMap((word) => drawWord(random, word));
}

function drawWord(random: () => number, word: string): string[] {
  const name = /^<(.*)>$/.exec(word)?.[1];
  if (name === undefined) return [pick(random, word.split("|"))];
  const list = words[name];
  if (list === undefined) throw new Error(`no words for <${name}>`);
  const drawn = pick(random, list);
  return SEVERAL.includes(name) ? drawn.split(" ") : [drawn];
}

/** A template of these families, by weight. */
export function drawTemplate(random: () => number, names: readonly string[]): Template {
  const templates = names.flatMap((name) => {
    const family = families[name];
    if (family === undefined) throw new Error(`no family ${name}`);
    return family;
  });
  let at = random() * templates.reduce((sum, { weight = 1 }) => sum + weight, 0);
  for (const template of templates) {
    at -= template.weight ?? 1;
    if (at < 0) return template;
  }
  return templates.at(-1)!;
}
