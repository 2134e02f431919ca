import { type Command, InvalidArgumentError } from "commander";
import type { ServeOptions } from "../commands/serve.ts";
import type { Io } from "../io.ts";
import { port, positive, share, whole } from "./shared.ts";

export const MODEL = "the folder of a run that train has written, or the file of a model";

export function addServe(program: Command, io: Io): void {
  program
    .command("serve")
    .description("Answer predictions over HTTP, in JSON.")
    .argument("<run>", MODEL)
    .option(
      "--host <name>",
      "name or address to listen at; others than this machine's are public",
      "127.0.0.1",
    )
    .option("-p, --port <number>", "port to listen at; 0 for any free one", port, 8080)
    .option(
      "--cors <origin>",
      "web site whose pages may ask, such as https://example.org, or * for all (default: none)",
      origin,
    )
    .option(
      "--level <share>",
      "numbers: share of the true values that intervals hold, 0.8, 0.9 or 0.95 (default: 0.9)",
      share,
    )
    .option("--max-rows <count>", "most rows in a request", whole(1), 10_000)
    .option("--max-body <MB>", "most megabytes of a request's body", positive, 1)
    .option(
      "--queue <count>",
      "requests that have arrived and are at work at a time; more are answered 503",
      whole(1),
      256,
    )
    .option("--timeout <seconds>", "time in which a request has to arrive", positive, 30)
    .option("-q, --quiet", "print errors only, no line for each request", false)
    .addHelpText(
      "after",
      `
POST /predict takes one row as a JSON object, or a list of rows. GET / is a page
that shows how, /schema the columns of a row, and /health whether all is well.
Ctrl-C stops it after the requests at hand.

Examples:
  $ chainrule serve runs/penguins-1
  $ chainrule serve runs/penguins-1 --port 9000 --cors https://example.org`,
    )
    .action(async (run: string, options: ServeOptions) => {
      const { serve } = await import("../commands/serve.ts");
      await serve(run, options, io);
    });
}

function origin(text: string): string {
  if (text === "*" || (URL.canParse(text) && new URL(text).origin === text)) return text;
  throw new InvalidArgumentError("Give an origin such as https://example.org (without a path), or *.");
}
