import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import {
  checkTrackingOptions,
  parseTrackingOptions,
  UNTRACKED,
} from "../../../src/commands/connection/tracking-options.ts";

const parse = (...words: string[]) =>
  parseTrackingOptions(words.map(fromText), (id) => id === 7 || id === 8);

/** What is said of these options to a client that has others; "" when nothing is. */
function refusal(words: string, now = ""): string {
  const { prefixes, ...mode } = parse(...now.split(" ").filter(Boolean));
  const state = now === "" ? UNTRACKED : { ...UNTRACKED, mode, prefixes };
  try {
    checkTrackingOptions(parse(...words.split(" ")), state);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test("options are read in any order and case", () => {
  const { prefixes, ...mode } = parse(
    "noloop",
    "PREFIX",
    "b",
    "Redirect",
    "7",
    "prefix",
    "a",
    "bcast",
  );
  expect(mode).toEqual({
    redirect: 7,
    isBroadcast: true,
    isOptIn: false,
    isOptOut: false,
    isNoLoop: true,
  });
  expect(prefixes.map(toText)).toEqual(["b", "a"]);
});

test.each([
  [["foo"], "ERR syntax error"],
  [["REDIRECT"], "ERR syntax error"],
  [["PREFIX"], "ERR syntax error"],
  [["REDIRECT", "x"], "ERR value is not an integer or out of range"],
  [["REDIRECT", "9"], "ERR The client ID you want redirect to does not exist"],
  [["REDIRECT", "7", "REDIRECT", "8"], "ERR A client can only redirect to a single other client"],
])("%j is refused", (words, text) => {
  expect(() => parse(...words)).toThrow(text);
});

test("what does not fit together is refused, and what does not fit the present mode", () => {
  expect(refusal("BCAST PREFIX a PREFIX b NOLOOP")).toBe("");
  expect(refusal("OPTIN", "OPTIN")).toBe("");
  expect(refusal("NOLOOP", "OPTIN")).toBe("");
  expect(refusal("PREFIX a")).toBe("ERR PREFIX option requires BCAST mode to be enabled");
  expect(refusal("BCAST OPTIN")).toBe("ERR OPTIN and OPTOUT are not compatible with BCAST");
  expect(refusal("OPTOUT OPTIN")).toBe("ERR You can't specify both OPTIN mode and OPTOUT mode");
  expect(refusal("BCAST", "NOLOOP")).toStartWith("ERR You can't switch BCAST mode on/off before");
  expect(refusal("OPTIN", "OPTOUT")).toStartWith("ERR You can't switch OPTIN/OPTOUT mode before");
});

test("prefixes must not overlap, neither with one another nor with those that are there", () => {
  const tail = "Prefixes for a single client must not overlap.";
  expect(refusal("BCAST PREFIX ab PREFIX b PREFIX a")).toBe(
    `ERR Prefix 'ab' overlaps with another provided prefix 'a'. ${tail}`,
  );
  expect(refusal("BCAST PREFIX c PREFIX b PREFIX b")).toBe(
    `ERR Prefix 'b' overlaps with another provided prefix 'b'. ${tail}`,
  );
  expect(refusal("BCAST PREFIX b PREFIX abc", "BCAST PREFIX ab")).toBe(
    `ERR Prefix 'abc' overlaps with an existing prefix 'ab'. ${tail}`,
  );
  expect(refusal("BCAST PREFIX a\0b", "BCAST PREFIX a\0b")).toBe(
    `ERR Prefix 'a' overlaps with an existing prefix 'a'. ${tail}`,
  );
  expect(refusal("BCAST", "BCAST PREFIX ab")).toBe("");
});
