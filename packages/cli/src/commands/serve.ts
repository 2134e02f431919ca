import { load } from "chainrule/tables";
import type { Io } from "../io.ts";
import { isLoopback } from "../serve/host.ts";
import { untilTold } from "../serve/listen.ts";
import { type ServerOptions, startServer } from "../serve/server.ts";
import { clip, counted } from "../terminal/format.ts";
import { shortPath } from "../terminal/next.ts";
import { Output } from "../terminal/output.ts";

export interface ServeOptions extends Omit<ServerOptions, "log" | "onError"> {
  /** Of the intervals of numbers. */
  readonly level?: number;
  readonly quiet: boolean;
}

/** `chainrule serve RUN`: answers predictions over HTTP until it is told to stop, by Ctrl-C or SIGTERM. */
export async function serve(source: string, options: ServeOptions, io: Io): Promise<void> {
  const output = new Output(io, options);
  const { quiet, level, ...serverOptions } = options;
  const model = await load(source, { level });
  const server = await startServer(model, {
    ...serverOptions,
    log: quiet ? undefined : (line) => output.say(line),
    onError: (error) =>
      io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  });
  const { bold, dim } = output.style;
  const { features, target } = model.spec;
  output.say(`${bold("serving")} ${shortPath(source)} at ${bold(server.url)}`);
  output.say(dim(`  ${clip(target.name)} from ${counted(features.length, "column")}; Ctrl-C stops it`));
  if (!isLoopback(options.host))
    output.warn("Other machines can reach it, and it asks nobody for a password.");
  await untilTold(io);
  output.say("stopping after the requests at hand");
  await server.close();
}
