/**
 * `npm run check:load [requests]`: trains a small model, serves it by `chainrule serve` in a process of its own, and sends it 10,000
 * requests by 1, 16, 64 and 256 connections at a time. Most ask for one row, some for many, and one in twenty is malformed. Every
 * answer is compared with what the model says directly. Prints throughput and latency, and fails at the first difference.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AnyRow,
  type LoadedModel,
  load,
  modelBytes,
  refineText,
  tableOf,
  textColumn,
  trainTable,
} from "../packages/chainrule/src/tables/index.ts";

const requests = Number(process.argv[2] ?? 10_000);
const concurrencies = [1, 16, 64, 256];
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "chainrule-load-"));
const run = join(folder, "penguins");

/** What is sent, and what must come back. */
interface Case {
  readonly body: string;
  readonly status: number;
  readonly answer: unknown;
}

const command = (...args: string[]): ChildProcess =>
  spawn(
    process.execPath,
    ["--conditions=@chainrule/source", join(root, "packages/cli/src/main.ts"), ...args],
    { stdio: ["ignore", "pipe", "inherit"] },
  );

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once("exit", resolve));

/** The address that a server prints. */
const addressOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let printed = "";
    child.stdout?.on("data", (chunk) => {
      printed += chunk;
      const found = /http:\S+/.exec(printed);
      if (found) resolve(found[0]);
    });
    child.once("exit", (code) => reject(new Error(`chainrule serve ended with exit code ${code}.`)));
  });

/** The bytes of a model of the default size. */
async function trainedModel(): Promise<Uint8Array> {
  const text = readFileSync(join(root, "packages/cli/data/penguins.csv"), "utf8");
  const [head, ...lines] = text
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const columns = head.map((name, j) =>
    refineText(
      textColumn(
        name,
        lines.map((line) => line[j]),
      ),
    ),
  );
  const { model } = await trainTable(tableOf("penguins", columns), {
    target: "species",
    testSize: 0.2,
    validationSize: 0.2,
    epochs: 5,
  });
  return modelBytes(model);
}

/** A row that may be anything a penguin can be, by its number. */
const rowOf = (i: number): AnyRow => ({
  island: ["Biscoe", "Dream", "Torgersen", "Elsewhere", null][i % 5],
  beak_length_mm: 32 + ((i * 7) % 280) / 10,
  beak_depth_mm: i % 11 === 0 ? null : 13 + ((i * 3) % 80) / 10,
  flipper_length_mm: i % 13 === 0 ? String(172 + (i % 60)) : 172 + (i % 60),
  body_mass_g: 2700 + ((i * 37) % 3600),
  sex: i % 2 === 0 ? "MALE" : "FEMALE",
});

const malformed: readonly string[] = [
  "{",
  "[1]",
  '{"island": "Dream"}',
  JSON.stringify({ ...rowOf(1), body_mass_g: "heavy" }),
  "",
];

function caseOf(model: LoadedModel, i: number): Case {
  if (i % 20 === 19)
    return { body: malformed[((i - 19) / 20) % malformed.length], status: 400, answer: undefined };
  if (i % 20 === 9) {
    const rows = Array.from({ length: 1 + (i % 90) }, (_, k) => rowOf(i + k));
    return { body: JSON.stringify(rows), status: 200, answer: model.predictAll(rows) };
  }
  return { body: JSON.stringify(rowOf(i)), status: 200, answer: model.predict(rowOf(i)) };
}

function post(url: string, agent: Agent, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
    const sent = send(`${url}predict`, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Whether an answer is the one expected: numbers to 1e-6, as batches of other sizes are summed in another order. */
function isSame(found: unknown, wanted: unknown): boolean {
  if (typeof wanted === "number" && typeof found === "number") return Math.abs(found - wanted) <= 1e-6;
  if (typeof wanted !== "object" || wanted === null) return found === wanted;
  const [a, b] = [found as Record<string, unknown>, wanted as Record<string, unknown>];
  const keys = Object.keys(b);
  return (
    typeof a === "object" &&
    a !== null &&
    Object.keys(a).length === keys.length &&
    keys.every((key) => isSame(a[key], b[key]))
  );
}

function check({ status, text }: { status: number; text: string }, wanted: Case): void {
  const found: unknown = JSON.parse(text);
  const good =
    wanted.answer === undefined
      ? typeof (found as { problem?: unknown }).problem === "string"
      : isSame(found, wanted.answer);
  if (status === wanted.status && good) return;
  throw new Error(
    `${wanted.body} was answered ${status} ${text}where ${wanted.status} ${JSON.stringify(wanted.answer)} is right.`,
  );
}

/** Sends all cases by some connections at a time, and gives the milliseconds of each. */
async function measure(url: string, cases: readonly Case[], concurrency: number): Promise<Float64Array> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const took = new Float64Array(cases.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < cases.length) {
      const i = next++;
      const start = performance.now();
      const answer = await post(url, agent, cases[i].body);
      took[i] = performance.now() - start;
      check(answer, cases[i]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  agent.destroy();
  return took.sort();
}

const cell = (text: string | number): string => String(text).padStart(12);

try {
  mkdirSync(run);
  writeFileSync(join(run, "model.safetensors"), await trainedModel());
  const model = await load(run);
  const cases = Array.from({ length: requests }, (_, i) => caseOf(model, i));
  const server = command("serve", run, "--port", "0");
  const exit = ended(server);
  const url = await addressOf(server);
  server.stdout?.resume();
  await measure(url, cases.slice(0, Math.min(1000, requests)), 16); // until the engines have compiled what they will
  console.log(
    ["connections", "requests", "requests/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "errors"]
      .map(cell)
      .join(""),
  );
  for (const concurrency of concurrencies) {
    const start = performance.now();
    const took = await measure(url, cases, concurrency);
    const seconds = (performance.now() - start) / 1000;
    const at = (share: number): string =>
      took[Math.min(took.length - 1, Math.floor(share * took.length))].toFixed(2);
    console.log(
      [concurrency, requests, Math.round(requests / seconds), at(0.5), at(0.95), at(0.99), at(1), 0]
        .map(cell)
        .join(""),
    );
  }
  server.kill("SIGTERM");
  const code = await exit;
  if (code !== 0) throw new Error(`chainrule serve ended with exit code ${code} after SIGTERM.`);
  console.log("Every answer was the model's own; the server ended with exit code 0.");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
