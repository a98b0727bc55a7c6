import { expect, test } from "bun:test";
import { renderConfigPage } from "../../scripts/config-page.ts";
import { compatibilityParameters } from "../../src/config/compatibility.ts";
import { options } from "../../src/config/options.ts";

test("the page has one line for every option and parameter", () => {
  const page = renderConfigPage();
  for (const { name } of [...options, ...compatibilityParameters]) {
    expect(page.split("\n").filter((line) => line.startsWith(`| \`${name}\``))).toHaveLength(1);
  }
});

test("the example file of the page is a valid file", () => {
  const example = /```json\n([\s\S]*?)```/.exec(renderConfigPage())?.[1] ?? "";
  expect(Object.keys(JSON.parse(example))).toContain("data_dir");
});
