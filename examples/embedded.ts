/**
 * The database as a library: no server, no socket. Run it twice, and it goes on counting.
 *
 *     bun examples/embedded.ts ./data
 */
import { CommandError, copyBytes, fromText, Ledis, toText } from "ledis";

const [directory = "./data"] = process.argv.slice(2);

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

// Creates the directory if need be, and recovers what a crash has left.
const ledis = await Ledis.open({ directory, sync: "everysec" });

// Sixteen databases, as in Redis, each with its own keys.
const pages = ledis.select(0);
const sessions = ledis.select(1);

// Keys and values are bytes; fromText and toText are UTF-8. All keys here are made once.
const visits = fromText("visits");
const greeting = fromText("greeting");
const seenDays = fromText("seen:days");

// Integers are exact up to 64 bits: a bigint where a number would round.
say(`visit ${pages.strings.incrementBy(visits, 1)}`);

// What is written is read at once, committed or not.
pages.strings.set(greeting, fromText("hello"));
pages.strings.append(greeting, fromText(", wörld"));
const length = pages.strings.length(greeting);
say(`${toText(pages.strings.get(greeting)!)} (${length} bytes)`);

// A missing key is null. An answer is a view of the database's memory, until the turn ends: copy to keep it.
const kept = copyBytes(pages.strings.get(greeting)!);
say(`in the other database: ${sessions.strings.get(greeting)}`);

// A key that ends by itself. Times are milliseconds since 1970.
sessions.strings.setWith(fromText("session:7"), fromText("alice"), {
  expireAt: Date.now() + 60_000,
  condition: "NX",
  wantsOld: false,
});

// A bit per day of the year: 46 bytes for each visitor.
pages.bitStrings.set(seenDays, 41, 1);
pages.bitStrings.set(seenDays, 364, 1);
say(`seen on ${pages.bitStrings.count(seenDays, null)} days`);

// Mistakes throw, with Redis's text, and change nothing.
try {
  pages.strings.incrementBy(greeting, 1);
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  say(error.message);
}

// All of this was one turn. It reaches the log whole when this iteration of the event loop ends; from
// then on it survives a kill -9. Who has to know when, or whether the disk took it, waits here.
await ledis.committed();
say("committed");
say(`kept: ${toText(kept)}`);

// Moves everything into SQLite and ends the worker: nothing keeps the program running. `await using` does it too.
await ledis.close();
