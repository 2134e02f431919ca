// The studio's server: what it serves, what it refuses, and how it ends.
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request as send } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type App, readApp } from "../../packages/cli/src/studio/app.ts";
import { browserCommand } from "../../packages/cli/src/studio/browser.ts";
import { type Offer, offerOf } from "../../packages/cli/src/studio/offer.ts";
import { type StudioServer, startStudio } from "../../packages/cli/src/studio/server.ts";
import { chainrule, sample, workFolder } from "./command.ts";
import { printed, start } from "./crashes.ts";

const work = workFolder();
const run = work.path("penguins-1");
const table = work.path("penguins.csv");
const html =
  '<!doctype html><html><head>\n<title>studio</title></head><body><script src="./a.js"></script></body></html>';

let app: App;
let offer: Offer;
let server: StudioServer;
const open: StudioServer[] = [];

async function serving(offered: Offer | null, host = "127.0.0.1"): Promise<StudioServer> {
  const onError = (error: unknown): never => {
    throw error;
  };
  const started = await startStudio(app, offered, { host, port: 0, onError });
  open.push(started);
  return started;
}

beforeAll(async () => {
  cpSync(sample("penguins"), table);
  const args = ["train", table, "-t", "species", "--epochs", "2", "--hidden", "4", "--out", run];
  expect(await chainrule(args)).toMatchObject({ code: 0 });
  work.table("secret.txt", "secret");
  mkdirSync(work.path("app/assets"), { recursive: true });
  writeFileSync(work.path("app/index.html"), html);
  writeFileSync(work.path("app/assets/main-1a.js"), "export {};");
  writeFileSync(work.path("app/icon.svg"), "<svg/>");
  if (process.platform !== "win32") symlinkSync(work.path("secret.txt"), work.path("app/assets/link.txt"));
  app = await readApp(work.path("app"));
  offer = await offerOf(run);
  server = await serving(offer);
});

afterAll(async () => {
  for (const started of open) await started.close();
});

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Asks for a path as it is written, without anything resolved. */
function ask(path: string, { method = "GET", headers, body }: Asked = {}, at = server): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(at.url);
    const sent = send({ host: hostname, port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("the app", () => {
  test("its page knows that there is a run to open; without one it is as it was built", async () => {
    const marked = html.replace(
      "<head>",
      '<head>\n    <meta name="chainrule-run" content="run/index.json" />',
    );
    expect(await ask("/")).toMatchObject({ status: 200, text: marked });
    expect((await ask("/index.html?x=1#y")).text).toBe(marked);
    const plain = await serving(null);
    expect((await ask("/", {}, plain)).text).toBe(html);
    expect(await ask("/run/index.json", {}, plain)).toMatchObject({ status: 404 });
  });

  test("files come with their types", async () => {
    expect(await ask("/assets/main-1a.js")).toMatchObject({
      status: 200,
      text: "export {};",
      headers: { "content-type": "text/javascript; charset=utf-8", "content-length": "10" },
    });
    expect((await ask("/icon.svg")).headers["content-type"]).toBe("image/svg+xml");
    const head = await ask("/assets/main-1a.js", { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, text: "", headers: { "content-length": "10" } });
  });

  test("every answer has the headers that keep others out, and let threads in", async () => {
    for (const path of ["/", "/assets/main-1a.js", "/run/index.json", "/run/files/config.json", "/nothing"]) {
      const { headers } = await ask(path);
      expect(headers).toMatchObject({
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      });
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:;",
      );
      for (const rule of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
        expect(policy).toContain(rule);
      expect(policy).not.toMatch(/script-src[^;]*('unsafe-inline'|'unsafe-eval'|https?:)/);
      expect(headers).not.toHaveProperty("access-control-allow-origin");
      expect(headers["cache-control"]).toBe(
        path.startsWith("/run") || path === "/nothing" ? "no-store" : "no-cache",
      );
    }
  });

  test("one that is not built is explained", async () => {
    await expect(readApp(work.path("nowhere"))).rejects.toMatchObject({
      problem: expect.stringContaining("has no index.html"),
      remedy: expect.stringContaining("npm run build"),
    });
  });
});

describe("what it opens", () => {
  const wanted = ["config.json", "history.ndjson", "scores.json", "model.safetensors", "data/penguins.csv"];

  test("a run: an explicit list of its files, and its data", async () => {
    const index = JSON.parse((await ask("/run/index.json")).text);
    expect(index.name).toBe("penguins-1");
    expect(index.files.map(({ path }: { path: string }) => path)).toEqual(wanted);
    for (const { path, size } of index.files) {
      const { status, headers, text } = await ask(`/run/files/${path}`);
      expect({ status, length: headers["content-length"] }).toEqual({ status: 200, length: String(size) });
      if (path.endsWith(".json")) expect(JSON.parse(text)).toBeTypeOf("object");
    }
    expect((await ask("/run/files/data/penguins.csv")).text).toContain("Torgersen");
    // What else is in the folder is nobody's business.
    for (const name of ["report.html", "state.json", "checkpoint.safetensors", "data", ""])
      expect(await ask(`/run/files/${name}`)).toMatchObject({ status: 404 });
  });

  test("data that have changed, or are gone, are left out and said to be", async () => {
    const [changed, gone] = [work.path("changed"), work.path("gone")];
    for (const folder of [changed, gone]) cpSync(run, folder, { recursive: true });
    const other = work.path("other.csv");
    cpSync(table, other);
    const moved = (folder: string, path: string): void =>
      rewriteConfig(folder, (config) => (config.data.files[0].path = path));
    moved(changed, other);
    moved(gone, work.path("none.csv"));
    expect(await offerOf(changed)).toMatchObject({ notes: [] });
    work.table("other.csv", "species\nAdelie\n");
    expect((await offerOf(changed)).notes[0]).toContain("other.csv has changed since the run was begun.");
    expect((await offerOf(gone)).notes[0]).toContain("none.csv is not there any more.");
    for (const folder of [changed, gone])
      expect((await offerOf(folder)).files.map(({ path }) => path)).toEqual(wanted.slice(0, 4));
  });

  test("a configuration that names some other file of the machine does not get it sent", async () => {
    const folder = work.path("hostile");
    cpSync(run, folder, { recursive: true });
    rewriteConfig(folder, (config) => {
      config.data.files[0] = { ...config.data.files[0], path: work.path("secret.txt"), bytes: 6 };
    });
    expect((await offerOf(folder)).files.map(({ path }) => path)).toEqual(wanted.slice(0, 4));
  });

  test("a table, or a model", async () => {
    expect(await offerOf(table)).toMatchObject({ name: "penguins.csv", files: [{ path: "penguins.csv" }] });
    expect(await offerOf(`${run}/model.safetensors`)).toMatchObject({
      files: [{ path: "model.safetensors" }],
    });
    const at = await serving(await offerOf(table));
    expect((await ask("/run/files/penguins.csv", {}, at)).text).toContain("Torgersen");
  });

  test.each([
    ["nowhere", "does not exist"],
    ["app", "is no run: there is no config.json in it"],
    ["table.parquet", "The studio does not read table.parquet"],
  ])("%s is refused with a sentence", async (name, problem) => {
    work.table("table.parquet", "PAR1");
    const { code, stdout, stderr } = await chainrule(["studio", work.path(name), "--no-open"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.replaceAll("\n", " ")).toContain(problem);
  });

  test.skipIf(process.platform === "win32")("links out of the run's folder are not followed", async () => {
    const folder = work.path("linked");
    cpSync(run, folder, { recursive: true });
    rmSync(`${folder}/history.ndjson`);
    symlinkSync(work.path("secret.txt"), `${folder}/history.ndjson`);
    await expect(offerOf(folder)).rejects.toMatchObject({
      problem: expect.stringContaining("is a link to a file elsewhere"),
    });
    // One that is put there while it is served is not followed either.
    rmSync(`${folder}/history.ndjson`);
    cpSync(`${run}/history.ndjson`, `${folder}/history.ndjson`);
    const at = await serving(await offerOf(folder));
    rmSync(`${folder}/history.ndjson`);
    symlinkSync(work.path("secret.txt"), `${folder}/history.ndjson`);
    expect(await ask("/run/files/history.ndjson", {}, at)).toMatchObject({ status: 410 });
    // The others are offered all the same.
    const { status, text } = await ask("/run/index.json", {}, at);
    expect({ status, paths: JSON.parse(text).files.map(({ path }: { path: string }) => path) }).toEqual({
      status: 200,
      paths: wanted.filter((path) => path !== "history.ndjson"),
    });
    rmSync(folder, { recursive: true });
  });
});

interface Config {
  data: { files: { path: string; bytes: number; sha256: string }[] };
}

function rewriteConfig(folder: string, change: (config: Config) => void): void {
  const path = `${folder}/config.json`;
  const config: Config = JSON.parse(readFileSync(path, "utf8"));
  change(config);
  writeFileSync(path, JSON.stringify(config));
}

describe("what it refuses", () => {
  test("names that are not this machine's own", async () => {
    for (const Host of ["localhost:1", "127.0.0.1", "[::1]:8080", "me.localhost"])
      expect(await ask("/", { headers: { Host } })).toMatchObject({ status: 200 });
    for (const Host of ["evil.example", "localhost.evil.example:8080", "127.0.0.1.evil.example"]) {
      for (const path of ["/", "/run/files/config.json"])
        expect(await ask(path, { headers: { Host } })).toMatchObject({ status: 403 });
    }
  });

  test("pages of other sites", async () => {
    const { host, origin } = new URL(server.url);
    expect(await ask("/run/index.json", { headers: { Host: host, Origin: origin } })).toMatchObject({
      status: 200,
    });
    for (const Origin of [
      "https://a.example",
      "null",
      "http://localhost:1",
      `${origin}.a.example`,
      "file://",
    ])
      expect(await ask("/run/index.json", { headers: { Host: host, Origin } })).toMatchObject({
        status: 403,
      });
    const from = (site: string, mode: string) => ({
      headers: { "Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode },
    });
    expect(await ask("/run/files/data/penguins.csv", from("cross-site", "no-cors"))).toMatchObject({
      status: 403,
    });
    expect(await ask("/", from("cross-site", "navigate"))).toMatchObject({ status: 200 });
    expect(await ask("/", from("same-origin", "cors"))).toMatchObject({ status: 200 });
  });

  test("methods that would change something", async () => {
    const refused = { status: 405, headers: { allow: "GET, HEAD" } };
    for (const method of ["POST", "PUT", "PATCH"])
      expect(await ask("/", { method, body: "x".repeat(100_000) })).toMatchObject(refused);
    for (const method of ["DELETE", "OPTIONS"]) expect(await ask("/", { method })).toMatchObject(refused);
  });

  test.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/%252e%252e%252fsecret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/assets/link.txt",
    "/assets/../index.html",
    "/./index.html",
    "//index.html",
    "/index.html%00.js",
    "/assets",
    "/assets/",
    "/run/files/../../secret.txt",
    "/run/files/%2e%2e/penguins.csv",
    "/run/files/..%2f..%2fsecret.txt",
    "/run/files/data/..%2f..%2fpenguins.csv",
    "/run/files//etc/passwd",
    "/run/files/%2fetc%2fpasswd",
    "/run/files/config.json/",
    "/run/files/file:%2f%2f%2fetc%2fpasswd",
    "/__proto__",
    "/constructor",
    "/%",
    "/%zz",
    "secret.txt",
    "http://127.0.0.1/secret.txt",
  ])("the path %s", async (path) => {
    const { status, text } = await ask(path);
    expect([400, 404]).toContain(status);
    expect(text).not.toMatch(/secret\n?$|root:|Torgersen|<!doctype/);
  });

  test("what is no HTTP does not end it", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.end("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n\u0000\u0000 nonsense\r\n\r\n");
    socket.resume();
    await once(socket, "close");
    expect(await ask("/")).toMatchObject({ status: 200 });
  });
});

test("the browser is opened where somebody sees it", () => {
  const url = "http://127.0.0.1:8180/";
  expect(browserCommand(url, {}, "darwin")).toEqual(["open", url]);
  expect(browserCommand(url, {}, "win32")?.[0]).toBe("rundll32.exe");
  expect(browserCommand(url, { DISPLAY: ":0" }, "linux")).toEqual(["xdg-open", url]);
  expect(browserCommand(url, { WAYLAND_DISPLAY: "wayland-0" }, "linux")).toEqual(["xdg-open", url]);
  expect(browserCommand(url, {}, "linux")).toBeNull();
  for (const env of [{ CI: "true" }, { SSH_CONNECTION: "a 1 b 2" }, { BROWSER: "none" }])
    expect(browserCommand(url, env, "darwin")).toBeNull();
});

test("a port that is taken is explained where it was asked for", async () => {
  const { port } = new URL(server.url);
  const { code, stderr } = await chainrule(["studio", "--port", port, "--no-open"]);
  expect(code).toBe(1);
  expect(stderr).toContain(`Port ${port} of 127.0.0.1 is in use.`);
});

test("--help fits 80 columns and tells all defaults", async () => {
  const { stdout } = await chainrule(["studio", "--help"]);
  for (const flag of ["--host", "--port", "--no-open"]) expect(stdout).toContain(flag);
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

describe.skipIf(process.platform === "win32")("the command", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends it with 0, pages that are open or not",
    async (signal) => {
      const child = start(["studio", run, "--port", "0"], work.path("."));
      let text = "";
      child.stdout?.on("data", (part) => (text += part));
      const exit = once(child, "exit");
      await printed(child, "Ctrl-C stops it");
      const url = /http:\S+/.exec(text)?.[0] ?? "";
      const at = { url, close: async () => {} };
      expect((await ask("/", {}, at)).text).toContain('<meta name="chainrule-run" content="run/index.json"');
      const idle = connect(Number(new URL(url).port), "127.0.0.1");
      idle.on("error", () => {});
      await once(idle, "connect");
      child.kill(signal);
      expect(await exit).toEqual([0, null]);
      await expect(ask("/", {}, at)).rejects.toThrow();
      idle.destroy();
    },
  );
});
