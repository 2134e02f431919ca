/** How many threads programs may use. */
import { ChainruleError } from "../../../util/errors.ts";
import { host } from "../../../util/host.ts";
import { mostThreads } from "./control.ts";

/** More threads than this gain little at the sizes of feedforward networks, and disturb others. */
const mostByDefault = 8;

/** Where there are more logical processors than this, two of them mostly share one core. */
const fewProcessors = 4;

function check(wanted: number, problem: () => string): number {
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= mostThreads) return wanted;
  throw new ChainruleError("argument", problem(), `Give a whole number from 1 to ${mostThreads}.`);
}

/** The number of threads to begin with: what `CHAINRULE_THREADS` says, else one for each core, up to 8. */
export function defaultThreads(
  wish = host?.env?.CHAINRULE_THREADS,
  processors: () => number = countProcessors,
): number {
  if (wish)
    return check(Number(wish), () => `CHAINRULE_THREADS is "${wish}", which is no number of threads.`);
  const count = processors();
  return Math.min(count <= fewProcessors ? Math.max(count, 1) : Math.ceil(count / 2), mostByDefault);
}

/** How many logical processors this process may use. */
function countProcessors(): number {
  const os = host?.getBuiltinModule?.("node:os");
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

let threads: number | undefined;

/**
 * How many threads compiled programs use at most, the main thread included. See {@link setNumThreads}.
 *
 * @throws ChainruleError `argument` when the environment variable CHAINRULE_THREADS is no whole number from 1 to 32
 *
 * @example
 * setNumThreads(1);
 * getNumThreads(); // → 1
 */
export function getNumThreads(): number {
  threads ??= defaultThreads();
  return threads;
}

/**
 * Sets how many threads compiled programs use at most, the main thread included, from their next run on. Results are the same
 * bits for any number. By default it is what the environment variable CHAINRULE_THREADS says, else the number of cores, up to
 * 8; it may be 1 to 32. With 1, and where memory cannot be shared (pages that are not cross-origin isolated), no worker is made.
 *
 * @throws ChainruleError `argument` for anything but a whole number from 1 to 32
 *
 * @example
 * setNumThreads(2);
 * getNumThreads(); // → 2
 * setNumThreads(0); // throws argument: 0 is no number of threads
 */
export function setNumThreads(count: number): void {
  threads = check(
    count,
    () => `${typeof count === "string" ? `"${count}"` : String(count)} is no number of threads.`,
  );
}
