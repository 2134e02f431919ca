/** The program: runs the command line that the process was given, and ends with its exit code. */
import { run } from "./cli.ts";
import type { Io, OutputStream } from "./io.ts";

function streamOf(stream: NodeJS.WriteStream): OutputStream {
  return {
    isTTY: stream.isTTY,
    get columns() {
      return stream.columns;
    },
    write: (text) => stream.write(text),
    drained: () => new Promise((resolve) => stream.once("drain", resolve)),
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
  env: process.env,
  onInterrupt(handler) {
    handlers.add(handler);
    return () => handlers.delete(handler);
  },
};

process.on("SIGINT", interrupt);
// Whoever reads us may have had enough: `chainrule predict … | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
}
process.exitCode = await run(process.argv.slice(2), io);
