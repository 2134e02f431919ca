/** The program: runs the command line that the process was given, and ends with its exit code. */
import { run } from "./cli.ts";
import type { Io, OutputStream } from "./io.ts";

/** Streams that nobody reads any more. What is written to them is thrown away; the work goes on and ends as ever. */
const closed = new Set<NodeJS.WriteStream>();

function streamOf(stream: NodeJS.WriteStream): OutputStream {
  return {
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
    write: (text) => closed.has(stream) || stream.write(text),
    drained: () =>
      new Promise((resolve) => {
        const done = (): void => {
          stream.off("drain", done).off("error", done);
          resolve();
        };
        if (closed.has(stream)) resolve();
        else stream.on("drain", done).on("error", done);
      }),
  };
}

let interruptions = 0;
const handlers = new Set<() => void>();

/** The first Ctrl-C asks what is going on to end well, where something listens; the second one ends it. */
function interrupt(): void {
  interruptions++;
  if (interruptions > 1 || handlers.size === 0) process.exit(130);
  for (const handler of handlers) handler();
}

const io: Io = {
  stdout: streamOf(process.stdout),
  stderr: streamOf(process.stderr),
  // Opened where it is asked for alone: an open standard input would keep the process alive.
  stdin: {
    get isTTY() {
      return process.stdin.isTTY;
    },
    bytes: () => process.stdin,
  },
  env: process.env,
  onInterrupt(handler) {
    handlers.add(handler);
    return () => handlers.delete(handler);
  },
};

process.on("SIGINT", interrupt);
// Whoever reads us may have had enough, `chainrule train … | head`, and still wants the run.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    closed.add(stream);
  });
}
process.exitCode = await run(process.argv.slice(2), io);
