/** Where a tool's words go: stdout and stderr, waiting for slow readers, silent when nobody reads. */

/** Texts hold one byte in each character (`mapKey`). */
export interface TextOutput {
  print(text: string): void;
  printError(text: string): void;
  /** Resolves when everything printed has left the process. */
  flush(): Promise<void>;
}

/** The process's own stdout and stderr. A closed stdout ends the process with status 0. */
export function processOutput(): TextOutput {
  let last = Promise.resolve();
  process.stdout.on("error", () => process.exit(0));
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    if (text === "") return;
    const { promise, resolve } = Promise.withResolvers<void>();
    stream.write(Buffer.from(text, "latin1"), () => resolve());
    last = last.then(() => promise);
  };
  return {
    print: (text) => write(process.stdout, text),
    printError: (text) => write(process.stderr, text),
    flush: () => last,
  };
}
