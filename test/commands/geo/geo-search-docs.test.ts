import { expect, test } from "bun:test";
import { command } from "../../../src/commands/command.ts";
import { syntaxOf } from "../../../src/commands/command-docs.ts";
import { type GeoSearchForm, searchDocs } from "../../../src/commands/geo/geo-search-docs.ts";

function syntax(form: GeoSearchForm): string {
  const arg = { min: 3, max: 9, read: () => null, docs: searchDocs(form) };
  return syntaxOf(command("geo", { name: "X", summary: "x", args: [arg], run: () => null }));
}

const UNIT = "<M | KM | FT | MI>";
const PLACE = "<FROMMEMBER member | FROMLONLAT longitude latitude>";
const AREA = `<BYRADIUS radius ${UNIT} | BYBOX width height ${UNIT}>`;
const SHOWN = "[WITHCOORD] [WITHDIST] [WITHHASH]";
const ORDER = "[ASC | DESC]";
const COUNT = "[COUNT count [ANY]]";

test.each([
  [{ from: null, store: null }, `${PLACE} ${AREA} ${ORDER} ${COUNT} ${SHOWN}`],
  [{ from: null, store: "key" }, `${PLACE} ${AREA} ${ORDER} ${COUNT} [STOREDIST]`],
  [{ from: "member", store: null }, `member radius ${UNIT} ${SHOWN} ${COUNT} ${ORDER}`],
  [
    { from: "position", store: "option" },
    `longitude latitude radius ${UNIT} ${SHOWN} ${COUNT} ${ORDER} [STORE key] [STOREDIST key]`,
  ],
] as const)("%# words stand in Redis's order", (form, words) => {
  expect(syntax(form)).toBe(`X ${words}`);
});
