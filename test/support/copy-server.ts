/** A server that knows nothing but how to hand out a copy of a keyspace, and may be told to do it badly. */
import { fromText } from "../../src/bytes/bytes.ts";
import type { Keyspace } from "../../src/keyspace/keyspace.ts";
import { ReplyParser } from "../../src/resp/reply-parser.ts";

export interface CopyServer extends Disposable {
  readonly port: number;
  readonly address: string;
}

/** Behind how many blocks something happens. */
export interface CopyFaults {
  readonly closesAfter?: number;
  readonly damagesAfter?: number;
  readonly endsAfter?: number;
}

/** Where a block's sum stands. */
const CRC_AT = 5;

function bulk(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([fromText(`$${bytes.length}\r\n`), bytes, fromText("\r\n")]);
}

/** Serves REPLCONF HELLO, FULLSYNC and FULLSYNC NEXT, on a free port. */
export async function serveCopy(keyspace: Keyspace, faults: CopyFaults = {}): Promise<CopyServer> {
  const snapshot = await keyspace.snapshot();
  const blocks: Uint8Array[] = [];
  let cursor: Uint8Array | null = null;
  do {
    const read = await snapshot.read(cursor);
    blocks.push(read.block);
    cursor = read.next;
  } while (cursor !== null);
  await snapshot.close();
  const { damagesAfter = -1, endsAfter = blocks.length, closesAfter = -1 } = faults;
  const damaged = blocks[damagesAfter];
  if (damaged !== undefined) damaged[CRC_AT]! ^= 1;
  const listener = Bun.listen<{ parser: ReplyParser; sent: number }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { parser: new ReplyParser(), sent: 0 };
      },
      data(socket, bytes) {
        const { parser } = socket.data;
        parser.push(new Uint8Array(bytes));
        for (let request = parser.next(); request !== undefined; request = parser.next()) {
          const words = request.kind === "array" ? request.items : [];
          const text = words.map((word) =>
            word.kind === "bulk" ? `${Buffer.from(word.bytes)}` : "",
          );
          if (text[0] === "REPLCONF") socket.write("*2\r\n$5\r\nledis\r\n$1\r\n1\r\n");
          else if (text.length === 1) socket.write(bulk(snapshot.head));
          else if (socket.data.sent === closesAfter) socket.end();
          else if (socket.data.sent >= endsAfter) socket.write("$-1\r\n");
          else socket.write(bulk(blocks[socket.data.sent++]!));
        }
      },
    },
  });
  return {
    port: listener.port,
    address: `127.0.0.1:${listener.port}`,
    [Symbol.dispose]: () => listener.stop(true),
  };
}
