import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type LoadedModel, rowSchema } from "chainrule/tables";
import { clip } from "../terminal/format.ts";
import { type Answer, answerTo, json, Refusal } from "./answers.ts";
import { discard, Gone, hasBody, readJson } from "./body.ts";
import { checkHost } from "./host.ts";
import { listen } from "./listen.ts";
import { exampleRow, pageAnswer } from "./page.ts";
import { predictAnswer, warmUp } from "./predict.ts";

export interface ServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Origin whose pages may ask, or "*"; by default none but the server's own. */
  readonly cors?: string;
  readonly maxRows: number;
  /** Megabytes of a request's body. */
  readonly maxBody: number;
  /** Requests for predictions that have arrived and are at work at a time; more are answered 503. */
  readonly queue: number;
  /** Seconds in which a request has to arrive. */
  readonly timeout: number;
  /** Is told of each answer. */
  readonly log?: (line: string) => void;
  /** Is told of errors that nobody expected. */
  readonly onError?: (error: unknown) => void;
}

/** A server that listens. */
export interface Serving {
  /** Such as "http://127.0.0.1:8080/". */
  readonly url: string;
  /**
   * Ends it: takes no more requests, and answers those that have arrived. Those that take longer than 10 seconds are cut off, and
   * after two seconds those that have not arrived.
   */
  close(): Promise<void>;
}

/** Requests at hand have so many milliseconds when the server ends. */
const GRACE = 10_000;
/** What is on its way then has so many. */
const ARRIVAL = 2000;
/** Connections at a time for each request that may be at work: those that send slowly take no place from others. */
const CONNECTIONS = 16;

/**
 * Starts to answer predictions of a model over HTTP.
 *
 * @throws ChainruleError `argument` when it can not listen at the host and port
 */
export async function startServer(model: LoadedModel, options: ServerOptions): Promise<Serving> {
  const service = new Service(model, options);
  const { timeout, host, port } = options;
  const milliseconds = Math.ceil(timeout * 1000);
  const server = createServer(
    {
      headersTimeout: Math.min(milliseconds, 10_000),
      requestTimeout: milliseconds,
      keepAliveTimeout: 5000,
      // How often they are looked at: whoever sends a byte now and then does not stay for long.
      connectionsCheckingInterval: Math.min(1000, milliseconds),
    },
    (request, response) => void service.handle(request, response),
  );
  // Whoever does not read its answer.
  server.timeout = 2 * milliseconds;
  // Beyond that, connections are closed unheard.
  server.maxConnections = Math.max(64, CONNECTIONS * options.queue);
  server.on("connection", (socket) => service.connected(socket));
  return { url: await listen(server, host, port), close: () => service.stop(server) };
}

/** What is done for each path, by method. */
type Routes = Readonly<
  Record<string, Readonly<Record<string, (request: IncomingMessage) => Answer | Promise<Answer>>>>
>;

class Service {
  private readonly model: LoadedModel;
  private readonly options: ServerOptions;
  private readonly routes: Routes;
  private readonly begun = performance.now();
  private answered = 0;
  private atWork = 0;
  private stopping = false;
  /** Connections, each with the request that it waits to hear of. */
  private readonly connections = new Map<Socket, IncomingMessage | null>();

  constructor(model: LoadedModel, options: ServerOptions) {
    this.model = model;
    this.options = options;
    const schema = rowSchema(model.spec);
    const page = pageAnswer(schema);
    const schemaAnswer = json(schema);
    warmUp(model, exampleRow(schema));
    this.routes = {
      "/": { GET: () => page },
      "/schema": { GET: () => schemaAnswer },
      "/health": { GET: () => this.health() },
      "/predict": { POST: (request) => this.predict(request) },
    };
  }

  connected(socket: Socket): void {
    this.connections.set(socket, null);
    socket.on("close", () => this.connections.delete(socket));
  }

  /** Answers a request, whatever it is. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = performance.now();
    const { socket } = request;
    this.connections.set(socket, request);
    response.on("close", () => {
      if (this.connections.get(socket) === request) this.connections.set(socket, null);
    });
    let answer: Answer;
    try {
      answer = await this.answer(request);
    } catch (error) {
      if (error instanceof Gone) return;
      answer = answerTo(error);
      if (answer.status >= 500 && !(error instanceof Refusal)) this.options.onError?.(error);
      if (hasBody(request)) await discard(request, this.mostBytes);
    }
    this.send(answer, request, response);
    this.answered++;
    this.log(request, answer, performance.now() - begun);
  }

  /** Takes no more requests, and waits for those that have arrived. */
  stop(server: Server): Promise<void> {
    this.stopping = true;
    return new Promise((resolve) => {
      const unheard = setTimeout(() => this.closeUnheard(), ARRIVAL);
      const late = setTimeout(() => server.closeAllConnections(), GRACE);
      server.close(() => {
        clearTimeout(unheard);
        clearTimeout(late);
        resolve();
      });
      server.closeIdleConnections();
    });
  }

  /** Closes connections that have sent no request, or not all of it. */
  private closeUnheard(): void {
    for (const [socket, request] of this.connections) if (!request?.complete) socket.destroy();
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    checkHost(request, this.options.host);
    const { method = "GET" } = request;
    const [path] = (request.url ?? "/").split("?", 1);
    const route = Object.hasOwn(this.routes, path) ? this.routes[path] : undefined;
    if (route === undefined) {
      const known = Object.keys(this.routes).join(", ");
      throw new Refusal(404, "not-found", `There is nothing at ${clip(path)}.`, `Ask for one of ${known}.`);
    }
    if (method === "OPTIONS" && this.options.cors !== undefined) return preflight(Object.keys(route));
    const handler = route[method === "HEAD" ? "GET" : method];
    if (handler === undefined || !Object.hasOwn(route, method === "HEAD" ? "GET" : method)) {
      const methods = Object.keys(route).join(", ");
      throw new Refusal(405, "method", `${path} does not take ${clip(method)}.`, `Use ${methods}.`, {
        headers: { Allow: methods },
      });
    }
    return handler(request);
  }

  private async predict(request: IncomingMessage): Promise<Answer> {
    const { queue, maxRows } = this.options;
    const value = await readJson(request, this.mostBytes);
    if (this.atWork >= queue) {
      throw new Refusal(
        503,
        "busy",
        `The server is at work on ${queue} requests.`,
        "Come again in a second, or send more rows in one request.",
        { headers: { "Retry-After": "1" } },
      );
    }
    this.atWork++;
    try {
      return await predictAnswer(this.model, value, maxRows);
    } finally {
      this.atWork--;
    }
  }

  private get mostBytes(): number {
    return Math.floor(this.options.maxBody * 1e6);
  }

  private health(): Answer {
    const seconds = Math.round((performance.now() - this.begun) / 100) / 10;
    return json(
      { status: this.stopping ? "stopping" : "ok", seconds, answered: this.answered, atWork: this.atWork },
      { status: this.stopping ? 503 : 200 },
    );
  }

  private send(
    { status, type, body, headers }: Answer,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { cors } = this.options;
    // What is still to come of a request would be taken for the next one.
    const ends = this.stopping || (hasBody(request) && !request.complete);
    response.writeHead(status, {
      ...(status === 204 ? {} : { "Content-Type": type, "Content-Length": Buffer.byteLength(body) }),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      ...(cors === undefined ? {} : { "Access-Control-Allow-Origin": cors, Vary: "Origin" }),
      ...(ends ? { Connection: "close" } : {}),
      ...headers,
    });
    response.end(body);
  }

  /** `2026-11-24T09:30:12.345Z 127.0.0.1 POST /predict 200 3 rows 0.8 ms` */
  private log({ method, url = "", socket }: IncomingMessage, { status, rows }: Answer, took: number): void {
    const { log } = this.options;
    if (log === undefined) return;
    const counted = rows === undefined ? "" : ` ${rows} ${rows === 1 ? "row" : "rows"}`;
    const client = socket.remoteAddress ?? "-";
    const [path] = url.split("?", 1);
    log(
      `${new Date().toISOString()} ${client} ${method} ${clip(path, 80)} ${status}${counted} ${took.toFixed(1)} ms`,
    );
  }
}

/** What a browser asks before a page of another origin may send JSON. */
const preflight = (methods: readonly string[]): Answer =>
  json(null, {
    status: 204,
    headers: {
      "Access-Control-Allow-Methods": methods.join(", "),
      "Access-Control-Allow-Headers": "Content-Type",
      "Access-Control-Max-Age": "600",
    },
  });
