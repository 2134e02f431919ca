import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, uptime } from "node:os";
import { join } from "node:path";
import { ChainruleError } from "chainrule";
import { fileError } from "../sources/file.ts";

/**
 * The lock of a run's folder: a file that says which process writes there. A process that was killed leaves it behind; then
 * the next one takes it over.
 */
export const lockName = "run.lock";

/** A process, told apart from later ones of the same number. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** The boot of the machine: its identifier, or where there is none its time in seconds. */
  readonly boot: string | number;
  /** When the process began, as the system counts it; null where that is not known. */
  readonly start: string | null;
}

function thisProcess(): Holder {
  const { pid } = process;
  return { pid, host: hostname(), boot: bootOf(), start: startOf(pid) };
}

function bootOf(): string | number {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return Math.round(Date.now() / 1000 - uptime());
  }
}

/**
 * When a process began: field 22 of its line in /proc, which follows a name in parentheses; null for one that has ended and that
 * nobody has asked about yet (state Z, the field after the name).
 */
function startOf(pid: number): string | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : fields[19];
  } catch {
    return null;
  }
}

/** The content of a lock of this process, for a folder that is not in its place yet. */
export const lockText = (): string => `${JSON.stringify(thisProcess())}\n`;

/** The process that trains a run just now; null for none, also where one was killed. */
export async function holderOf(folder: string): Promise<Pick<Holder, "pid" | "host"> | null> {
  const text = await readText(join(folder, lockName));
  const holder = text === null ? null : parse(text);
  return holder !== null && isAlive(holder) ? holder : null;
}

/**
 * Locks a folder for this process.
 *
 * @throws ChainruleError `file` where another process holds it
 */
export async function lock(folder: string): Promise<void> {
  const path = join(folder, lockName);
  const draft = join(folder, `.${lockName}-${randomBytes(6).toString("hex")}`);
  try {
    const holder = await acquire(path, draft);
    if (holder !== null) throw held(folder, holder);
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
}

/** Makes a lock of this process at a path; or gives the process whose lock is there. */
async function acquire(path: string, draft: string): Promise<Holder | null> {
  for (;;) {
    // Written anew for each try: whoever gets the lock tidies up.
    await writeFile(draft, lockText());
    if (await linked(draft, path)) return null;
    const found = await readText(path);
    if (found === null) continue;
    const holder = parse(found);
    if (holder !== null && isAlive(holder)) return holder;
    await removeStale(path, found, draft);
  }
}

/** Gives up a lock of this process. */
export async function unlock(folder: string): Promise<void> {
  const path = join(folder, lockName);
  if ((await readText(path).catch(() => null)) === lockText())
    await rm(path, { force: true }).catch(() => {});
}

/** Gives a draft the path of a lock, unless there is one: a link appears together with its content. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOENT") return false;
    // On file systems without links, the file has its content a moment later.
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error;
  }
  try {
    await writeFile(path, lockText(), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Removes the lock of a process that is gone. Several may want to at once, and one of them may have made its own lock before another
 * comes to removing; so the stale lock is removed only under a lock for just its text, which is not there any more then.
 */
async function removeStale(path: string, text: string, draft: string): Promise<void> {
  const claim = `${path}.${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
  if ((await acquire(claim, draft)) !== null) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return;
  }
  if ((await readText(path)) === text) await rm(path, { force: true });
  await rm(claim, { force: true });
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** What a lock says; null for a text that is none: no process that lives wrote it. */
function parse(text: string): Holder | null {
  try {
    const { pid, host, boot, start } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    const isKnown =
      Number.isSafeInteger(pid) &&
      typeof host === "string" &&
      (typeof boot === "string" || typeof boot === "number") &&
      (typeof start === "string" || start === null);
    return isKnown ? ({ pid, host, boot, start } as Holder) : null;
  } catch {
    return null;
  }
}

/** Whether a holder is there still. Of another machine nobody can tell, so it is taken for alive. */
function isAlive({ pid, host, boot, start }: Holder): boolean {
  if (host !== hostname()) return true;
  if (!isSameBoot(boot, bootOf())) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return start === null || start === startOf(pid);
}

/** Clocks are set and drift: times of boot that differ by less than a minute are one. */
const isSameBoot = (a: string | number, b: string | number): boolean =>
  typeof a === "number" && typeof b === "number" ? Math.abs(a - b) < 60 : a === b;

function held(folder: string, { pid, host }: Holder): ChainruleError {
  const here = host === hostname();
  return new ChainruleError(
    "file",
    `${folder} is being trained already, by process ${pid}${here ? "" : ` on ${host}`}.`,
    here
      ? "Wait until it is done, or end it first."
      : `Wait until it is done. If that process is gone, remove ${join(folder, lockName)}.`,
  );
}
