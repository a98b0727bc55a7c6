import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { fromText } from "../../src/bytes/bytes.ts";
import { formatDouble, parseDouble } from "../../src/bytes/double.ts";
import { readCaptured } from "./captured.ts";

const captured = readCaptured("redis-doubles.jsonl") as [text: string, reply: string | null][];

describe("Redis 7.0", () => {
  test("refuses and replies the same for each captured text", () => {
    expect(captured.length).toBeGreaterThan(300);
    for (const [text, reply] of captured) {
      const value = parseDouble(fromText(text));
      expect([text, Number.isNaN(value) ? null : formatDouble(value)]).toEqual([text, reply]);
    }
  });
});

describe("parseDouble", () => {
  test("reads what any double prints, in both notations", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        // String leaves out the sign of zero.
        expect(parseDouble(fromText(String(value)))).toBe(value + 0);
        expect(parseDouble(fromText(formatDouble(value)))).toBe(value);
      }),
    );
  });

  test("agrees with Number on plain decimals", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-+]?[0-9]{1,12}(\.[0-9]{0,6})?$/), (text) => {
        expect(parseDouble(fromText(text))).toBe(Number(text));
      }),
    );
  });

  test("reads hex floats exactly", () => {
    expect(parseDouble(fromText("-0x1.8p1"))).toBe(-3);
    expect(parseDouble(fromText("0x1.fffffffffffffp1023"))).toBe(Number.MAX_VALUE);
    expect(parseDouble(fromText("0x.0000000000001p-1022"))).toBe(Number.MIN_VALUE);
    expect(parseDouble(fromText("0x.00000000000008p-1022"))).toBeNaN();
    expect(parseDouble(fromText(`0x0.${"0".repeat(300)}1p1204`))).toBe(1);
  });

  test("keeps the sign of zero", () => {
    expect(parseDouble(fromText("-0"))).toBe(-0);
    expect(parseDouble(fromText("-0x0p9"))).toBe(-0);
  });

  test("reads a range in place", () => {
    expect(parseDouble(fromText("(1.5)"), 1, 4)).toBe(1.5);
    expect(parseDouble(fromText("(1e3)"), 1, 4)).toBe(1000);
    expect(parseDouble(fromText("(inf)"), 1, 4)).toBe(Infinity);
    expect(parseDouble(fromText("1e3"), 0, 2)).toBeNaN();
    expect(parseDouble(fromText("0x1"), 0, 2)).toBeNaN();
  });

  test("refuses hex texts of more than 5119 digits", () => {
    expect(parseDouble(fromText(`0x${"0".repeat(5118)}1`))).toBe(1);
    expect(parseDouble(fromText(`0x${"0".repeat(5119)}1`))).toBeNaN();
  });
});

describe("formatDouble", () => {
  test("tells every double from its neighbours", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(Number(formatDouble(value).replace("inf", "Infinity"))).toBe(value);
      }),
    );
  });

  test("rounds ties of 17 digits to even, as C does", () => {
    expect(formatDouble(1e15 + 0.25)).toBe("1000000000000000.2");
    expect(formatDouble(1e15 + 0.75)).toBe("1000000000000000.8");
    expect(formatDouble(2 ** -25)).toBe("2.9802322387695312e-08");
    expect(formatDouble(-(2 ** -25))).toBe("-2.9802322387695312e-08");
  });

  test("turns to exponents below 1e-4 and from 1e17 on", () => {
    expect(formatDouble(0.0001)).toBe("0.0001");
    expect(formatDouble(0.00001)).toBe("1.0000000000000001e-05");
    expect(formatDouble(12345678901234568)).toBe("12345678901234568");
    expect(formatDouble(1e17)).toBe("1e+17");
    expect(formatDouble(1e100)).toBe("1e+100");
  });

  test("names what is no number", () => {
    expect(formatDouble(Infinity)).toBe("inf");
    expect(formatDouble(-Infinity)).toBe("-inf");
    expect(formatDouble(Number.NaN)).toBe("nan");
    expect(formatDouble(-0)).toBe("-0");
  });
});
