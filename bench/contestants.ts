/** Who takes part in the benchmark, and how each is started. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { Entry } from "./measure.ts";
import { type Peer, startPeer } from "./peer.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const peers = join(here, "peers");

interface Contestant {
  readonly name: string;
  /** Whether more than one thread is worth trying. */
  readonly threaded: boolean;
  start(threads: number): Promise<Peer | null>;
}

const inNode = (file: string) => (threads: number) =>
  startPeer(process.execPath, ["--no-warnings", join(peers, file), `${threads}`]);

/** The first Python that has PyTorch. */
async function startTorch(threads: number): Promise<Peer | null> {
  const env = { OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` };
  for (const python of [process.env.PYTHON, "python3", "/usr/bin/python3"]) {
    if (!python) continue;
    const peer = await startPeer(python, [join(here, "contestants/torch_peer.py"), `${threads}`], env);
    if (peer) return peer;
  }
  return null;
}

/**
 * chainrule from its sources; or, in another engine that may not read TypeScript, as `npm run build` has built it. The engine
 * "chromium" is a page.
 */
function chainrule(mode: "compiled" | "eager", engine?: string): Contestant["start"] {
  if (engine === "chromium")
    return (threads) =>
      startPeer(process.execPath, [join(here, "contestants/chromium.ts"), mode, `${threads}`]);
  const file = join(here, "contestants/chainrule.ts");
  const command = engine ?? process.execPath;
  const args = engine ? [bundled(file)] : ["--conditions=@chainrule/source", file];
  return (threads) => startPeer(command, [...args, mode, `${threads}`]);
}

/** The contestant as one JavaScript file, in a folder from which `chainrule` is found. */
function bundled(file: string): string {
  const folder = join(here, "../node_modules/.cache/chainrule-bench");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, "contestant.mjs");
  buildSync({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["chainrule"],
  });
  return outfile;
}

/** All contestants in the order of the table's columns. `engine` runs chainrule in another Node, in Bun, or in a page. */
const contestants = (engine?: string): readonly Contestant[] => [
  { name: "chainrule", threaded: true, start: chainrule("compiled", engine) },
  { name: "PyTorch", threaded: true, start: startTorch },
  { name: "eager", threaded: false, start: chainrule("eager", engine) },
  // Their threads need a browser's workers: in Node these two run on one.
  { name: "tfjs", threaded: false, start: inNode("tfjs.mjs") },
  { name: "jax-js", threaded: false, start: inNode("jax.mjs") },
  { name: "brain.js", threaded: false, start: inNode("brain.mjs") },
  { name: "onnxruntime", threaded: true, start: inNode("onnx.mjs") },
];

export const peersInstalled = (): boolean => existsSync(join(peers, "node_modules"));

/** Installs the JavaScript libraries that are measured beside chainrule. None of them needs its install scripts. */
export function installPeers(): void {
  execFileSync("npm", ["ci", "--ignore-scripts"], {
    cwd: peers,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}

/** Starts everyone who is there, on each number of threads that is worth trying. */
export async function startAll(threads: readonly number[], engine?: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const { name, threaded, start } of contestants(engine)) {
    for (const count of threaded ? threads : threads.slice(0, 1)) {
      const peer = await start(count);
      if (peer) entries.push({ contestant: name, threads: count, peer });
    }
  }
  return entries;
}
