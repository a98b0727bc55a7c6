import { expect, test } from "bun:test";
import { csvText, jsonText } from "../../../src/cli/shell/reply-data.ts";
import { ReplyParser } from "../../../src/resp/reply-parser.ts";

test.each([
  ["+OK\r\n", '"OK"', '"OK"'],
  ["-ERR no\r\n", 'ERROR,"ERR no"', 'error:"ERR no"'],
  [":42\r\n", "42", "42"],
  [",0.5\r\n", "0.5", "0.5"],
  ["#f\r\n", "false", "false"],
  ["$-1\r\n", "NULL", "null"],
  ['$5\r\n"\n\0\xc3\xa9\r\n', '"\\"\\n\\x00\\xc3\\xa9"', '"\\"\\n\\u0000\xc3\xa9"'],
  ["=5\r\ntxt:a\r\n", '"a"', '"a"'],
  ["*2\r\n:1\r\n*1\r\n:2\r\n", "1,2", "[1,[2]]"],
  ["%2\r\n:1\r\n+a\r\n+b\r\n_\r\n", '1,"a","b",NULL', '{"1":"a","b":null}'],
])("%j as CSV and as JSON", (wire, csv, json) => {
  const parser = new ReplyParser();
  parser.push(Buffer.from(wire, "latin1"));
  const reply = parser.next()!;
  expect([csvText(reply), jsonText(reply)]).toEqual([csv, json]);
});
