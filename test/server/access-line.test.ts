import { expect, test } from "bun:test";
import { fromMapKey, fromText } from "../../src/bytes/bytes.ts";
import { allCommands } from "../../src/commands/all.ts";
import { CommandTable } from "../../src/commands/table.ts";
import { Request } from "../../src/resp/request.ts";
import { accessLine, localDate } from "../../src/server/access-line.ts";

const table = new CommandTable(allCommands);
const tcp = { address: "127.0.0.1:49620", isUnix: false };
const timeMs = new Date(2026, 10, 22, 15, 6, 3).getTime();

function line(words: readonly string[], durationUs = 0, error: string | null = null): string {
  const request = Request.of(words.map(fromMapKey));
  return accessLine(timeMs, tcp, table.byName(words[0]!) ?? null, request, durationUs, error);
}

/** The quoted request of a line. */
function shown(words: readonly string[]): string {
  return /127\.0\.0\.1:49620 (".*") 0 \[OK\]\n$/.exec(line(words))![1]!;
}

test("a line has local time, address, request, milliseconds and outcome", () => {
  expect(line(["set", "a", "1"], 1999)).toBe(
    '[2026/11/22 15:06:03] 127.0.0.1:49620 "set a 1" 1 [OK]\n',
  );
});

test("an error stands without its ERR, other code words stay", () => {
  expect(line(["get"], 0, "ERR wrong number of arguments for 'get' command")).toEndWith(
    "\"get\" 0 [wrong number of arguments for 'get' command]\n",
  );
  expect(line(["get", "a"], 0, "WRONGTYPE Operation")).toEndWith("[WRONGTYPE Operation]\n");
});

test("an error that repeats a client's bytes stays on one line of ASCII", () => {
  expect(line(["x"], 0, "ERR unknown 'a\r\nb\x07\xff' \r\n")).toEndWith(
    "[unknown 'a  b\\a\\xff']\n",
  );
});

test("a client of a unix socket is an @", () => {
  const request = Request.of([fromText("PING")]);
  const client = { address: "/run/x.sock:0", isUnix: true };
  expect(accessLine(timeMs, client, null, request, 0, null)).toBe(
    '[2026/11/22 15:06:03] @ "PING" 0 [OK]\n',
  );
});

test("requests are quoted as Go does", () => {
  expect(shown(["set", 'a"\\', "\n\x00\xff"])).toBe('"set a\\"\\\\ \\n\\x00\\xff"');
  expect(shown(["set", "\xc3\xa9", ""])).toBe('"set é "');
});

test("a request is cut at 256 bytes: the word that does not fit is the last", () => {
  const long = "x".repeat(300);
  expect(shown(["set", "a", long])).toBe(`"set a ${"x".repeat(250)}"`);
  expect(shown(["set", "a", long, "more"])).toBe(`"set a ${"x".repeat(250)}"`);
});

test("a word that just fits is followed by its blank when it is not the last", () => {
  const fits = "x".repeat(252);
  expect(shown(["set", fits])).toBe(`"set ${fits}"`);
  expect(shown(["set", fits, "more"])).toBe(`"set ${fits} "`);
});

test("what ACL SETUSER refuses does not appear in its error", () => {
  const error = "ERR Error in ACL SETUSER modifier '<pw': x";
  expect(line(["ACL|SETUSER", "SETUSER", "bob", "<pw"], 0, error)).toEndWith(
    '"ACL|SETUSER SETUSER (redacted) (redacted)" 0 [(redacted)]\n',
  );
});

test("passwords do not appear", () => {
  expect(shown(["AUTH", "secret"])).toBe('"AUTH (redacted)"');
});

test("dates are local", () => {
  expect(localDate(timeMs)).toBe("2026-11-22");
  expect(localDate(new Date(2026, 0, 2).getTime(), "/")).toBe("2026/01/02");
});
