/** `ledis benchmark`: runs the tests one after the other and reports each. */
import { type Bytes, concatBytes, mapKey } from "../../bytes/bytes.ts";
import { formatAddress } from "../../config/address.ts";
import { encodeRequest } from "../../resp/request-encoder.ts";
import { ClientConnection, ConnectionError } from "../client-connection.ts";
import { processOutput, type TextOutput } from "../text-output.ts";
import {
  BENCHMARK_USAGE,
  type BenchmarkOptions,
  parseBenchmarkOptions,
} from "./benchmark-options.ts";
import {
  CLEAR_LINE,
  CSV_HEADER,
  csvReport,
  longReport,
  ProgressLine,
  quietReport,
  type ReportSettings,
} from "./benchmark-report.ts";
import {
  type BenchmarkLoad,
  type BenchmarkResult,
  BenchmarkRun,
  ServerError,
} from "./benchmark-run.ts";
import { benchmarkTests } from "./benchmark-tests.ts";
import { encodeTestRequest } from "./request-batch.ts";

const PROGRESS_MS = 250;

/** Runs `ledis benchmark`; answers the exit status. @throws {ConfigError} bad options */
export async function benchmarkCommand(args: readonly string[]): Promise<number> {
  const options = parseBenchmarkOptions(args);
  const output = processOutput();
  if (options === null) {
    output.print(BENCHMARK_USAGE);
    await output.flush();
    return 0;
  }
  const tests = await testsOf(options);
  output.printError(options.warning);
  try {
    await runTests(options, tests, output);
    return 0;
  } catch (error) {
    if (error instanceof ServerError) {
      output.printError(`Error from server: ${error.message}\n`);
    } else if (error instanceof ConnectionError) {
      const where = formatAddress(options.server.address);
      output.printError(`Could not talk to ${where}: ${error.message}\n`);
    } else {
      throw error;
    }
    return 1;
  } finally {
    await output.flush();
  }
}

interface EncodedTest {
  readonly title: string;
  readonly request: Bytes;
  readonly payloadBytes: number;
}

async function testsOf(options: BenchmarkOptions): Promise<EncodedTest[]> {
  const { words, takesStdin, tests, dataBytes, keyspace } = options;
  if (words.length === 0) {
    return benchmarkTests(tests, dataBytes, keyspace !== null).map(({ title, request }) => ({
      title,
      request: encodeTestRequest(request),
      payloadBytes: dataBytes,
    }));
  }
  const request = encodeTestRequest(takesStdin ? [...words, await Bun.stdin.bytes()] : words);
  return [{ title: words.join(" "), request, payloadBytes: request.length }];
}

async function runTests(
  options: BenchmarkOptions,
  tests: readonly EncodedTest[],
  output: TextOutput,
): Promise<void> {
  const { style, decimals, clients, keepAlive } = options;
  const load: BenchmarkLoad = {
    ...options,
    address: options.server.address,
    tls: options.server.tls,
    greeting: greetingOf(options),
  };
  const hostSettings = style === "long" ? await readHostSettings(load) : [];
  if (style === "csv") output.print(CSV_HEADER);
  do {
    for (const { title, request, payloadBytes } of tests) {
      const result = await runTest(title, new BenchmarkRun(load, request), output);
      const settings: ReportSettings = { clients, payloadBytes, keepAlive, hostSettings, decimals };
      if (style === "csv") output.print(csvReport(title, result, decimals));
      else if (style === "quiet") output.print(quietReport(title, result, decimals));
      else output.print(longReport(title, result, settings));
      await output.flush();
    }
    if (style === "quiet") output.print("\n");
  } while (options.loops);
}

/** Runs one test; on a terminal a line tells how far it is. */
async function runTest(
  title: string,
  run: BenchmarkRun,
  output: TextOutput,
): Promise<BenchmarkResult> {
  if (!process.stdout.isTTY) return run.run();
  const line = new ProgressLine(title, run);
  const timer = setInterval(() => output.print(line.text()), PROGRESS_MS);
  try {
    return await run.run();
  } finally {
    clearInterval(timer);
    output.print(CLEAR_LINE);
  }
}

function greetingOf({ server }: BenchmarkOptions): BenchmarkLoad["greeting"] {
  const { user, password, database, protocol } = server;
  const requests: (string | number)[][] = [];
  if (password !== "") requests.push(["AUTH", ...(user === "" ? [] : [user]), password]);
  if (protocol === 3) requests.push(["HELLO", 3]);
  if (database !== 0) requests.push(["SELECT", database]);
  return { bytes: concatBytes(...requests.map(encodeRequest)), replies: requests.length };
}

/** What the server says of its durability; nothing when it does not know CONFIG. */
async function readHostSettings(load: BenchmarkLoad): Promise<[string, string][]> {
  const { address, tls, greeting } = load;
  const connection = await ClientConnection.open(address, tls);
  try {
    connection.send(greeting.bytes);
    for (let i = 0; i < greeting.replies; i++) {
      const reply = await connection.next();
      if (reply.kind === "error") throw new ServerError(reply.text);
    }
    const found: [string, string][] = [];
    for (const name of ["save", "appendonly", "sync"]) {
      const reply = await connection.call("CONFIG", "GET", name);
      const value =
        reply.kind === "map" ? reply.pairs[0]?.[1] : reply.kind === "array" ? reply.items[1] : null;
      if (value?.kind === "bulk") found.push([name, mapKey(value.bytes)]);
    }
    return found;
  } finally {
    connection.close();
  }
}
