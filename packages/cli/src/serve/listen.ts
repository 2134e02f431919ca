import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ChainruleError } from "chainrule";
import type { Io } from "../io.ts";
import { clip } from "../terminal/format.ts";

/**
 * Lets a server listen.
 *
 * @param port 0 for any free one
 * @returns its address, such as "http://127.0.0.1:8080/"
 * @throws ChainruleError `argument` when it can not listen at the host and port
 */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, () => resolve());
  });
  const { address, port: actual } = server.address() as AddressInfo;
  return `http://${address.includes(":") ? `[${address}]` : address}:${actual}/`;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ChainruleError {
  const [problem, remedy] =
    error.code === "EADDRINUSE"
      ? [
          `Port ${port} of ${host} is in use.`,
          `Stop what listens there, or choose another port: --port ${port + 1}, or --port 0 for any free one.`,
        ]
      : error.code === "EACCES"
        ? [`Port ${port} may not be used by this user.`, "Choose one from 1024 on, such as --port 8080."]
        : [
            `It can not listen at ${clip(host)}: ${error.message}.`,
            "Give an address of this machine by --host, such as 127.0.0.1.",
          ];
  return new ChainruleError("argument", problem, remedy, { cause: error });
}

/** Resolves at the first Ctrl-C or SIGTERM. */
export function untilTold(io: Io): Promise<void> {
  return new Promise((resolve) => {
    const release = io.onInterrupt(done);
    process.once("SIGTERM", done);
    function done(): void {
      release();
      process.off("SIGTERM", done);
      resolve();
    }
  });
}
