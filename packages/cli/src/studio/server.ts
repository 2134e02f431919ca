import type { FileHandle } from "node:fs/promises";
import { open, realpath } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { ChainruleError } from "chainrule";
import { answerTo, json, Refusal } from "../serve/answers.ts";
import { discard, hasBody } from "../serve/body.ts";
import { checkHost } from "../serve/host.ts";
import { listen } from "../serve/listen.ts";
import { clip } from "../terminal/format.ts";
import { type App, typeOf } from "./app.ts";
import type { Offer, OfferedFile } from "./offer.ts";

export interface StudioServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Is told of errors that nobody expected. */
  readonly onError?: (error: unknown) => void;
}

/** A server that listens. */
export interface StudioServer {
  /** Such as "http://127.0.0.1:8180/". */
  readonly url: string;
  /** Ends it, and all connections with it. */
  close(): Promise<void>;
}

/** Where the page finds what it is to open; the page is told by a `<meta name="chainrule-run">`. */
const INDEX = "run/index.json";
const FILES = "run/files/";

/** Bytes of a body that nobody asked for, which are read and thrown away. */
const MOST_BODY = 1e5;

const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What goes with every answer. The three about other origins let the page share memory with its threads. */
const headers = {
  "Content-Security-Policy": policy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/**
 * Starts to serve the studio's app, and the files that it is to open. There are no paths into folders: what is asked for is looked up
 * by its name in the app and in the offer.
 *
 * @throws ChainruleError `argument` when it can not listen at the host and port
 */
export async function startStudio(
  app: App,
  offer: Offer | null,
  { host, port, onError }: StudioServerOptions,
): Promise<StudioServer> {
  const pages = offer === null ? app : withRun(app);
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, (request, response) => {
    answer(request, response, pages, offer, host).catch((error: unknown) => {
      if (!(error instanceof Refusal || error instanceof ChainruleError)) onError?.(error);
      return refuse(error, request, response);
    });
  });
  const url = await listen(server, host, port);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The app whose page knows that there is something to open. */
function withRun(app: App): App {
  const index = app.get("index.html");
  if (index === undefined) return app;
  const html = new TextDecoder().decode(index.bytes);
  const marked = html.replace(/<head[^>]*>/, `$&\n    <meta name="chainrule-run" content="${INDEX}" />`);
  return new Map([...app, ["index.html", { ...index, bytes: new TextEncoder().encode(marked) }]]);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  app: App,
  offer: Offer | null,
  host: string,
): Promise<void> {
  checkHost(request, host);
  checkOrigin(request);
  checkMethod(request);
  const path = pathOf(request);
  const file = app.get(path === "" ? "index.html" : path);
  if (file !== undefined) {
    send(request, response, file.type, "no-cache", file.bytes);
    return;
  }
  if (offer !== null && path === INDEX) {
    const { body, type } = json(await indexOf(offer));
    send(request, response, type, "no-store", Buffer.from(body));
    return;
  }
  const wanted = offer?.files.find((offered) => `${FILES}${offered.path}` === path);
  if (wanted === undefined) {
    throw new Refusal(404, "not-found", `There is nothing at /${clip(path)}.`, "The studio is at /.");
  }
  await sendFile(request, response, wanted);
}

/** Pages of other sites may neither ask nor show what is here; a link to the studio may be followed. */
function checkOrigin({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  const isOther = origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host);
  const isEmbedding =
    ["cross-site", "same-site"].includes(String(headers["sec-fetch-site"] ?? "")) &&
    headers["sec-fetch-mode"] !== "navigate";
  if (!isOther && !isEmbedding) return;
  throw new Refusal(
    403,
    "origin",
    `The studio does not answer pages of other sites${origin === undefined ? "" : `, such as ${clip(origin)}`}.`,
    "Open the studio's own address.",
  );
}

function checkMethod({ method = "GET" }: IncomingMessage): void {
  if (method === "GET" || method === "HEAD") return;
  throw new Refusal(405, "method", `The studio does not take ${clip(method)}.`, "Use GET or HEAD.", {
    headers: { Allow: "GET, HEAD" },
  });
}

/** The path that is asked for, without its first slash. */
function pathOf({ url = "/" }: IncomingMessage): string {
  const [path] = url.split(/[?#]/, 1);
  try {
    if (path.startsWith("/")) return decodeURIComponent(path.slice(1));
  } catch {
    // Signs that are encoded wrongly: no path either.
  }
  throw new Refusal(400, "path", `${clip(url)} is no path.`, "The studio is at /.");
}

/** What the page is to open, with the sizes as they are now: a run may still be trained. What has gone since is left out. */
async function indexOf({ name, files }: Offer): Promise<object> {
  const listed = await Promise.all(files.map(listedOf));
  const there = listed.filter((file) => file !== null);
  if (there.length > 0) return { name, files: there };
  throw new Refusal(
    410,
    "gone",
    `Nothing of ${clip(name)} is there any more.`,
    "Put it back, or start anew.",
  );
}

async function listedOf(offered: OfferedFile): Promise<{ path: string; size: number } | null> {
  const handle = await openOffered(offered).catch(() => null);
  if (handle === null) return null;
  try {
    return { path: offered.path, size: (await handle.stat()).size };
  } finally {
    await handle.close();
  }
}

async function openOffered({ path, file }: OfferedFile): Promise<FileHandle> {
  // Something else may have been put in its place since: a link, or nothing.
  const is = await realpath(file).catch(() => null);
  const handle = is === file ? await open(file).catch(() => null) : null;
  if (handle !== null) return handle;
  throw new Refusal(410, "gone", `${clip(path)} is not there any more.`, "Put it back, or start anew.");
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  offered: OfferedFile,
): Promise<void> {
  const handle = await openOffered(offered);
  try {
    const { size } = await handle.stat();
    head(response, 200, typeOf(offered.path), "no-store", size);
    if (request.method === "HEAD" || size === 0) response.end();
    // A file that grows meanwhile is sent as long as it was said to be.
    else await pipeline(handle.createReadStream({ start: 0, end: size - 1, autoClose: false }), response);
  } catch {
    // The page went away, or the file was cut off: what has been sent can not be taken back.
    response.destroy();
  } finally {
    await handle.close();
  }
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  type: string,
  cache: string,
  bytes: Uint8Array,
): void {
  head(response, 200, type, cache, bytes.length);
  response.end(method === "HEAD" ? undefined : bytes);
}

async function refuse(error: unknown, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, type, body, headers: more } = answerTo(error);
  if (hasBody(request)) {
    await discard(request, MOST_BODY);
    response.setHeader("Connection", "close");
  }
  for (const [name, value] of Object.entries(more ?? {})) response.setHeader(name, value);
  head(response, status, type, "no-store", Buffer.byteLength(body));
  response.end(request.method === "HEAD" ? undefined : body);
}

function head(response: ServerResponse, status: number, type: string, cache: string, length: number): void {
  response.writeHead(status, {
    ...headers,
    "Content-Type": type,
    "Content-Length": length,
    "Cache-Control": cache,
  });
}
