import { ChainruleError } from "chainrule";
import type { Io } from "../io.ts";
import { isLoopback } from "../serve/host.ts";
import { untilTold } from "../serve/listen.ts";
import { type App, readApp } from "../studio/app.ts";
import { openBrowser } from "../studio/browser.ts";
import { type Offer, offerOf } from "../studio/offer.ts";
import { type StudioServer, startStudio } from "../studio/server.ts";
import { shortPath } from "../terminal/next.ts";
import { Output } from "../terminal/output.ts";

export interface StudioOptions {
  readonly host: string;
  /** 0 for any free one; undefined for the usual one, or a free one where that is in use. */
  readonly port?: number;
  /** Whether the browser is opened. */
  readonly open: boolean;
}

/** A page keeps its settings by its address, and links to it go on to work: so the port is the same one wherever possible. */
const USUAL_PORT = 8180;

/** `chainrule studio [RUN]`: serves the studio until it is told to stop, by Ctrl-C or SIGTERM. */
export async function studio(source: string | undefined, options: StudioOptions, io: Io): Promise<void> {
  const output = new Output(io);
  const { host, open } = options;
  const offer = source === undefined ? null : await offerOf(source);
  const server = await start(await readApp(), offer, options, (error) =>
    io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
  );
  const { bold, dim } = output.style;
  output.say(`${bold("studio")} at ${bold(server.url)}`);
  output.say(dim(`  ${source === undefined ? "" : `${shortPath(source)}; `}Ctrl-C stops it`));
  for (const note of offer?.notes ?? []) output.warn(note);
  if (!isLoopback(host)) output.warn("Other machines can reach it, and it asks nobody for a password.");
  if (open && io.stdout.isTTY) openBrowser(server.url, io.env);
  await untilTold(io);
  await server.close();
}

async function start(
  app: App,
  offer: Offer | null,
  { host, port }: StudioOptions,
  onError: (error: unknown) => void,
): Promise<StudioServer> {
  if (port !== undefined) return await startStudio(app, offer, { host, port, onError });
  try {
    return await startStudio(app, offer, { host, port: USUAL_PORT, onError });
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    return await startStudio(app, offer, { host, port: 0, onError });
  }
}
