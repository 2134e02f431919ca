// The server of predictions: answers, refusals, limits, and how it ends.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingHttpHeaders, request as send } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AnyRow, type LoadedModel, load, RowError } from "../../packages/chainrule/src/tables/index.ts";
import { type ServerOptions, type Serving, startServer } from "../../packages/cli/src/serve/server.ts";
import { chainrule, sample, workFolder } from "./command.ts";

const work = workFolder();
const run = work.path("penguins");
const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

const defaults: ServerOptions = {
  host: "127.0.0.1",
  port: 0,
  maxRows: 10_000,
  maxBody: 1,
  queue: 256,
  timeout: 30,
};
/** Machines may be busy. */
const patient = { timeout: 20_000 };
const row: AnyRow = {
  island: "Torgersen",
  beak_length_mm: 39.1,
  beak_depth_mm: 18.7,
  flipper_length_mm: 181,
  body_mass_g: 3750,
  sex: "MALE",
};

let model: LoadedModel;
let server: Serving;
const log: string[] = [];
const open: Serving[] = [];

async function serving(options: Partial<ServerOptions>): Promise<Serving> {
  const started = await startServer(model, { ...defaults, ...options });
  open.push(started);
  return started;
}

beforeAll(async () => {
  const args = [
    "train",
    sample("penguins"),
    "-t",
    "species",
    "--epochs",
    "2",
    "--hidden",
    "16",
    "--out",
    run,
  ];
  expect(await chainrule(args)).toMatchObject({ code: 0 });
  model = await load(run);
  server = await serving({ log: (line) => log.push(line) });
});

afterAll(async () => {
  for (const started of open) await started.close();
});

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: { [name: string]: unknown };
}

interface Asked {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
}

function ask(
  path: string,
  { method = "GET", body, headers, agent }: Asked = {},
  at = server,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = send(new URL(path, at.url), { method, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += part));
      response.on("end", () => {
        const isJson = response.headers["content-type"] === "application/json" && text !== "";
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, text, json: isJson ? JSON.parse(text) : {} });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const asJson = { "Content-Type": "application/json" };
const post = (body: unknown, at = server, headers = {}): Promise<Reply> =>
  ask("predict", { method: "POST", body: JSON.stringify(body), headers: { ...asJson, ...headers } }, at);

describe("predict", () => {
  test("answers one row, a list, and a list by name", async () => {
    const wanted = model.predict(row);
    const one = await post(row);
    expect(one.status).toBe(200);
    expect(one.json).toEqual(wanted);
    const others = [row, { ...row, sex: null, body_mass_g: "4100" }];
    expect((await post(others)).json).toEqual(model.predictAll(others));
    expect((await post({ rows: others })).json).toEqual({ predictions: model.predictAll(others) });
    expect((await post([])).json).toEqual([]);
  });

  test("answers many rows in the order in which they came", async () => {
    const rows = Array.from({ length: 1500 }, (_, i) => ({ ...row, body_mass_g: 2700 + 2 * i }));
    const { json } = await post(rows);
    const wanted = model.predictAll(rows);
    expect(json).toHaveLength(1500);
    (json as unknown as { probability: number }[]).forEach(({ probability }, i) => {
      expect(probability).toBeCloseTo((wanted[i] as { probability: number }).probability, 6);
    });
  });

  test("answers hundreds of requests at a time, with malformed ones among them", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 40 });
    const answers = await Promise.all(
      Array.from({ length: 400 }, async (_, i) => {
        const asked = { ...row, body_mass_g: 2700 + 8 * i };
        const body = i % 10 === 9 ? "{]" : JSON.stringify(asked);
        const reply = await ask("predict", { method: "POST", body, headers: asJson, agent });
        return i % 10 === 9
          ? reply.status === 400
          : JSON.stringify(reply.json) === JSON.stringify(model.predict(asked));
      }),
    );
    agent.destroy();
    expect(answers.every(Boolean)).toBe(true);
  });

  test("names column and row of what is wrong", async () => {
    const wanted = { column: "body_mass_g", error: "data" };
    const heavy = { ...row, body_mass_g: "heavy" };
    expect(await post(heavy)).toMatchObject({ status: 400, json: { ...wanted, row: null } });
    const rows = Array.from({ length: 700 }, (_, i) => (i === 600 ? heavy : row));
    const { status, json } = await post(rows);
    expect({ status, json }).toEqual({
      status: 400,
      json: {
        ...wanted,
        row: 600,
        problem: 'Column "body_mass_g" is the text "heavy" where a number must be.',
        remedy: "Correct it, or give null if the value is not known.",
      },
    });
    const { sex: _, ...lacking } = row;
    expect((await post(lacking)).json).toMatchObject({
      column: "sex",
      problem: 'The column "sex" is not there.',
    });
    expect((await post([row, 5])).json).toMatchObject({ column: null, row: 1 });
    expect(() => model.predict(heavy)).toThrow(RowError);
  });

  test.each<[string, string | Uint8Array, string, string | null]>([
    ["no JSON", '{"island":', "json", null],
    ["nothing", "", "json", null],
    ["a text", '"row"', "data", null],
    ["a number for rows", '{"rows": 3}', "data", "island"],
    ["no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "json", null],
    ["nesting without end", "[".repeat(400_000), "json", null],
  ])("%s is refused", async (_, body, error, column) => {
    const { status, json } = await ask("predict", { method: "POST", body, headers: asJson });
    expect(status).toBe(400);
    expect(json).toEqual({
      error,
      problem: expect.any(String),
      remedy: expect.any(String),
      column,
      row: null,
    });
  });

  test("what is compressed is refused, and said to be so", async () => {
    const headers = { ...asJson, "Content-Encoding": "gzip" };
    expect(await ask("predict", { method: "POST", body: "\x1f\x8b", headers })).toMatchObject({
      status: 415,
      json: { error: "encoding" },
    });
  });

  test("a type other than JSON is refused: a page of another site could send it unasked", async () => {
    const headers = { "Content-Type": "text/plain" };
    const reply = await ask("predict", { method: "POST", body: JSON.stringify(row), headers });
    expect(reply).toMatchObject({ status: 415, json: { error: "type" } });
  });
});

describe("other paths", () => {
  test("a page, without anything from elsewhere", async () => {
    const { status, headers, text } = await ask("");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(text.match(/data-name="[^"]*"/g)).toHaveLength(6);
    expect(text).toContain("curl ");
    expect(text.replaceAll("http://127.0.0.1:8080/", "")).not.toMatch(/https?:/);
    expect((await ask("", { method: "HEAD" })).text).toBe("");
  });

  test("schema and health", async () => {
    expect((await ask("schema")).json).toMatchObject({
      required: Object.keys(row),
      target: { name: "species", task: "classification", classes: ["Adelie", "Chinstrap", "Gentoo"] },
    });
    expect((await ask("health?x=1")).json).toMatchObject({ status: "ok", atWork: 0 });
  });

  test("404 and 405", async () => {
    expect(await ask("nothing")).toMatchObject({ status: 404, json: { error: "not-found" } });
    expect(await ask("constructor")).toMatchObject({ status: 404 });
    const get = await ask("predict");
    expect(get).toMatchObject({ status: 405, headers: { allow: "POST" }, json: { error: "method" } });
    expect(await ask("schema", { method: "POST", body: "{}" })).toMatchObject({ status: 405 });
    expect(await ask("predict", { method: "OPTIONS" })).toMatchObject({ status: 405 });
  });

  test("one connection serves many requests, refused ones too", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of ["health", "nothing", "schema", "health"]) {
      const reply = await ask(path, {
        agent,
        ...(path === "nothing" ? { method: "POST", body: "abc" } : {}),
      });
      expect(reply.headers.connection).toBe("keep-alive");
    }
    agent.destroy();
  });

  test("writes a line for each answer", () => {
    const stamp = String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 127\.0\.0\.1 `;
    const lines = [
      String.raw`POST /predict 200 1 row \d+\.\d ms$`,
      String.raw`POST /predict 200 1500 rows \d+\.\d ms$`,
      String.raw`GET /nothing 404 \d+\.\d ms$`,
    ];
    for (const line of lines) expect(log.some((found) => new RegExp(stamp + line).test(found))).toBe(true);
  });
});

describe("limits", () => {
  test("rows and bytes of a request", async () => {
    const small = await serving({ maxRows: 2, maxBody: 0.001 });
    expect(await post([row, row], small)).toMatchObject({ status: 200 });
    expect(await post([1, 2, 3], small)).toMatchObject({ status: 413, json: { error: "too-large" } });
    const long = "x".repeat(5000);
    expect(await post({ ...row, island: long }, small)).toMatchObject({ status: 413 });
    // Without a length that is known before.
    const chunked = await ask(
      "predict",
      { method: "POST", body: `"${long}"`, headers: { ...asJson, "Transfer-Encoding": "chunked" } },
      small,
    );
    expect(chunked).toMatchObject({ status: 413, json: { error: "too-large" } });
  });

  test("requests at work: more are told to come again", async () => {
    const busy = await serving({ queue: 1, maxRows: 200_000, maxBody: 50 });
    let done = false;
    const long = post(new Array(100_000).fill(row), busy).finally(() => {
      done = true;
    });
    const refused: Awaited<ReturnType<typeof post>>[] = [];
    while (!done && refused.length === 0) {
      const answer = await post(row, busy);
      if (answer.status !== 200) refused.push(answer);
    }
    expect(refused).toMatchObject([
      { status: 503, headers: { "retry-after": "1" }, json: { error: "busy" } },
    ]);
    expect(await long).toMatchObject({ status: 200 });
    expect(await post(row, busy)).toMatchObject({ status: 200 });
  });

  test("requests that have not arrived take no place, and do not keep the server from ending", async () => {
    const busy = await serving({ queue: 1 });
    const { port } = new URL(busy.url);
    const sockets = [
      "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
      "POST /predict HTTP/1.1\r\nHost: localhost\r\n",
      "",
    ].map((start) => {
      const socket = connect(Number(port), "127.0.0.1");
      socket.on("error", () => {});
      socket.write(start);
      return new Promise((resolve) => socket.on("close", resolve));
    });
    expect(await post(row, busy)).toMatchObject({ status: 200 });
    const begun = performance.now();
    await busy.close();
    await Promise.all(sockets);
    expect(performance.now() - begun).toBeLessThan(8000);
  });

  test("time: whoever sends a byte now and then is cut off", async () => {
    const hasty = await serving({ timeout: 0.2 });
    const { port } = new URL(hasty.url);
    for (const start of [
      "GET / HTTP/1.1\r\nHost: localhost\r\n",
      "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n",
    ]) {
      const socket = connect(Number(port), "127.0.0.1");
      let heard = "";
      socket.on("data", (part) => (heard += part));
      socket.on("error", () => {});
      socket.write(start);
      const drip = setInterval(() => socket.write("x"), 60);
      await new Promise((resolve) => socket.on("close", resolve)); // after an error, too
      clearInterval(drip);
      expect(heard).toMatch(/^(HTTP\/1\.1 408 |$)/);
    }
    expect((await ask("health", {}, hasty)).json).toMatchObject({ atWork: 0 });
  });
});

describe("other origins", () => {
  test("no name but this machine's own is answered on loopback", async () => {
    for (const Host of ["localhost:1", "127.0.0.1", "[::1]:8080", "me.localhost"])
      expect(await ask("health", { headers: { Host } })).toMatchObject({ status: 200 });
    for (const Host of ["evil.example", "localhost.evil.example:8080", "127.0.0.1.evil.example", "128.0.0.1"])
      expect(await ask("health", { headers: { Host } })).toMatchObject({
        status: 403,
        json: { error: "host" },
      });
  });

  test("pages of other sites may ask only where that was said", async () => {
    const Origin = "https://a.example";
    expect((await post(row, server, { Origin })).headers).not.toHaveProperty("access-control-allow-origin");
    const shared = await serving({ cors: Origin });
    const asked = await ask("predict", { method: "OPTIONS", headers: { Origin } }, shared);
    expect(asked).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-origin": Origin,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "Content-Type",
      },
    });
    const wrong = await ask("predict", { method: "POST", body: "{", headers: { ...asJson, Origin } }, shared);
    expect(wrong).toMatchObject({
      status: 400,
      headers: { "access-control-allow-origin": Origin, vary: "Origin" },
    });
  });
});

test("a port that is taken is explained", async () => {
  const { port } = new URL(server.url);
  const { code, stderr } = await chainrule(["serve", run, "--port", port]);
  expect(code).toBe(1);
  expect(stderr).toContain(`Port ${port} of 127.0.0.1 is in use.`);
  expect((await chainrule(["serve", run, "--port", "70000"])).code).toBe(2);
  expect((await chainrule(["serve", run, "--cors", "example.org"])).code).toBe(2);
});

describe.skipIf(process.platform === "win32")("the command", () => {
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, ["--conditions=@chainrule/source", main, "serve", run, "--port", "0", ...args]);

  /** What it prints, up to the address. */
  async function heading(child: ChildProcess): Promise<{ url: string; printed: () => string }> {
    let text = "";
    child.stdout?.on("data", (part) => (text += part));
    await expect.poll(() => text, patient).toContain("Ctrl-C stops it");
    return { url: /http:\S+/.exec(text)?.[0] ?? "", printed: () => text };
  }

  test.each(["SIGINT", "SIGTERM"] as const)(
    "answers what is at hand after %s, and ends with 0",
    async (signal) => {
      const child = start();
      const exit = once(child, "exit");
      const { url, printed } = await heading(child);
      const agent = new Agent({ keepAlive: true });
      const at = { url, close: async () => {} };
      expect(await ask("health", { agent }, at)).toMatchObject({ status: 200 }); // a connection that stays open
      const body = JSON.stringify(row);
      const slow = send(new URL("predict", url), {
        method: "POST",
        headers: { ...asJson, "Content-Length": body.length },
      });
      const answered = once(slow, "response");
      slow.write(body.slice(0, 20));
      const [socket] = await once(slow, "socket");
      if (socket.connecting) await once(socket, "connect");
      // Connections are taken in their order: when this one is answered, the other one has been taken.
      expect(await ask("health", {}, at)).toMatchObject({ status: 200 });
      child.kill(signal);
      await expect.poll(printed, patient).toContain("stopping after the requests at hand");
      await expect(ask("health", {}, at)).rejects.toThrow();
      slow.end(body.slice(20));
      const [response] = await answered;
      response.resume();
      expect(response.statusCode).toBe(200);
      expect(response.headers.connection).toBe("close");
      expect(await exit).toEqual([0, null]);
      agent.destroy();
      expect(printed()).toMatch(/POST \/predict 200 1 row/);
    },
  );
});
