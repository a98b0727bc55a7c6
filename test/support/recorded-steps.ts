/** What several clients of redis-server 7.0.15 got, step by step, while one after the other sent something. */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { encodeRequest } from "../../src/resp/request-encoder.ts";
import type { FakeClock } from "./fake-clock.ts";
import type { TestServer } from "./start-server.ts";

/**
 * Who sends which requests in one piece, and what each client gets, in latin1. `<name>` is the number of a client, and `@name`
 * among the words. No request: the client closes. Nobody: so many milliseconds pass.
 */
type Step = readonly [
  from: string | null,
  requests: readonly (readonly string[])[],
  got: Readonly<Record<string, string>>,
];

/** How long what was recorded may take to come. */
const PATIENCE_MS = 5000;

class TextClient {
  readonly #socket: Socket;
  got = "";
  id = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => {
      this.got += bytes.toString("latin1");
    });
  }

  static async open(port: number): Promise<TextClient> {
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const client = new TextClient(socket);
    client.send([["CLIENT", "ID"]]);
    await soon(() => client.got.endsWith("\r\n"));
    client.id = client.got.slice(1, -2);
    client.got = "";
    return client;
  }

  send(requests: readonly (readonly string[])[]): void {
    this.#socket.write(Buffer.concat(requests.map(encodeRequest)));
  }

  async close(): Promise<void> {
    if (this.#socket.closed) return;
    const closed = new Promise((resolve) => this.#socket.once("close", resolve));
    this.#socket.destroy();
    await closed;
  }
}

async function soon(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition() && performance.now() < deadline) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Repeats the steps; answers those after which somebody had got something else, at most five. */
export async function stepsThatDiffer(
  file: URL,
  server: TestServer,
  time: FakeClock,
): Promise<unknown[]> {
  const clients = new Map<string, TextClient>();
  /** Of those who have left, too. */
  const ids = new Map<string, string>();
  const clientOf = async (name: string): Promise<TextClient> => {
    const client = clients.get(name) ?? (await TextClient.open(server.port));
    clients.set(name, client);
    ids.set(name, client.id);
    return client;
  };
  const differences: unknown[] = [];
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  for (const [number, line] of lines.entries()) {
    const [from, requests, wanted] = JSON.parse(line) as Step;
    if (from === null) {
      time.advance(Number(requests[0]![0]));
    } else {
      const client = await clientOf(from);
      const named = requests.flat().filter((word) => word.startsWith("@"));
      for (const word of named) await clientOf(word.slice(1));
      const withIds = (word: string) => (word.startsWith("@") ? ids.get(word.slice(1))! : word);
      if (requests.length > 0) {
        client.send(requests.map((words) => words.map(withIds)));
      } else {
        await client.close();
        await soon(() => [...server.app.clients()].every(({ id }) => `${id}` !== client.id));
        clients.delete(from);
      }
    }
    const expected = new Map(
      Object.entries(wanted).map(([name, text]) => [
        name,
        text.replace(/<(\w+)>/g, (_, other: string) => ids.get(other)!),
      ]),
    );
    await soon(() =>
      [...expected].every(([name, { length }]) => clients.get(name)!.got.length >= length),
    );
    for (const [name, client] of clients) {
      const text = expected.get(name) ?? "";
      if (client.got !== text) differences.push({ number, line, name, text, got: client.got });
      client.got = "";
    }
    if (differences.length >= 5) break;
  }
  for (const client of clients.values()) await client.close();
  return differences;
}
