/**
 * Bundles the service, runs it in workerd, which is what Cloudflare runs, asks it about penguins, and compares its answers with those of
 * the same model here. Run it with `npx node examples/edge/run.ts` after `npm ci --prefix examples`; the file of another model of
 * penguins may follow.
 */
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { type EngineReport, load } from "chainrule";
import type { ClassPrediction } from "chainrule/tables";
import { build } from "esbuild";

const here = import.meta.dirname;
const modelFile = process.argv[2] ?? join(here, "penguins.safetensors");
const folder = mkdtempSync(join(tmpdir(), "chainrule-edge-"));
const systems: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "darwin",
  linux: "linux",
  win32: "windows",
};
const runtime = `@cloudflare/workerd-${systems[process.platform]}-${process.arch === "arm64" ? "arm64" : "64"}`;
const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const ms = (since: number): string => `${(performance.now() - since).toFixed(1)} ms`;

await build({
  entryPoints: [join(here, "worker.ts")],
  outfile: join(folder, "worker.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["*.safetensors"],
});
copyFileSync(modelFile, join(folder, "penguins.safetensors"));
copyFileSync(join(here, "config.capnp"), join(folder, "config.capnp"));
const code = readFileSync(join(folder, "worker.js"));
const gzipped = gzipSync(code, { level: 9 }).length;
console.log(`worker.js ${kB(code.length)}, gzipped ${kB(gzipped)}`);
console.log(`the model ${kB(statSync(modelFile).size)}`);

const binary = workerdBinary();
const began = performance.now();
const workerd = spawn(binary, ["serve", "--control-fd=3", join(folder, "config.capnp")], {
  stdio: ["ignore", "inherit", "inherit", "pipe"],
});
try {
  // It says on the third pipe where it listens.
  const port = await new Promise<number>((resolve, reject) => {
    workerd.once("error", reject);
    workerd.once("exit", (status) => reject(new Error(`workerd ended with exit code ${status}.`)));
    (workerd.stdio[3] as Readable).once("data", (line: Buffer) => resolve(JSON.parse(String(line)).port));
  });
  console.log(`listens after ${ms(began)}`);
  const url = `http://127.0.0.1:${port}`;

  const { tier, refused }: EngineReport = await (await fetch(`${url}/engine`)).json();
  console.log(`code: ${tier}. ${refused.at(-1)?.reason ?? ""}`);

  type Answer = ClassPrediction[];
  const rows = [
    {
      island: "Biscoe",
      beak_length_mm: 46.5,
      beak_depth_mm: 14.5,
      flipper_length_mm: 217,
      body_mass_g: 5100,
      sex: null,
    },
    {
      island: "Dream",
      beak_length_mm: 39.1,
      beak_depth_mm: null,
      flipper_length_mm: 181,
      body_mass_g: 3750,
      sex: "MALE",
    },
  ];
  const ask = (body: unknown): Promise<Response> =>
    fetch(`${url}/predict`, { method: "POST", body: JSON.stringify(body) });
  const first = performance.now();
  const answers: Answer = await (await ask(rows)).json();
  console.log(`first answer after ${ms(first)}`);
  const many = Array.from({ length: 1000 }, (_, i) => rows[i % 2]);
  await (await ask(many)).json();
  const later = performance.now();
  await (await ask(many)).json();
  console.log(`1,000 rows in ${ms(later)}`);

  const model = await load(readFileSync(modelFile));
  const wanted = model.predictAll(rows) as Answer;
  for (const [i, { prediction, probabilities }] of answers.entries()) {
    console.log(rows[i].island, prediction, probabilities);
    for (const [label, p] of Object.entries(probabilities))
      if (Math.abs(p - wanted[i].probabilities[label]) > 1e-6)
        throw new Error(`Node says otherwise of ${label}.`);
  }
  const bad = await ask([{ ...rows[0], body_mass_g: "heavy" }]);
  console.log(bad.status, await bad.json());
} finally {
  workerd.kill();
  rmSync(folder, { recursive: true });
}

function workerdBinary(): string {
  const file = `${runtime}/bin/workerd${process.platform === "win32" ? ".exe" : ""}`;
  try {
    return createRequire(import.meta.url).resolve(file);
  } catch (cause) {
    throw new Error(`${runtime} is not installed: npm ci --prefix examples, where there is one.`, { cause });
  }
}
